/** Limits the concurrency of each key. */
import { checkNumber, keyed, layer, type Call, type Layer, type Next } from "@evenkeel/core";
import { Limiter } from "./limiter.ts";
import type { QueueControl } from "./queue-control.ts";
import { queueRules, type QueueOptions, type QueueRules } from "./queue-options.ts";

export interface SemaphoreOptions extends QueueOptions {
  /** How many calls of one key may run at once: an integer >= 1, or `Infinity`. */
  readonly permits: number;
}

/** A layer with a separate semaphore for each key. */
export interface Semaphore extends Layer, QueueControl {
  /** How many calls of one key may run at once. */
  readonly permits: number;
  /** Returns how many permits of the key are taken. @default key "default" */
  active(key?: string): number;
  /**
   * Changes the number of permits. Additional ones admit waiting calls at once; fewer do not interrupt running calls.
   * @throws {RangeError | TypeError} `permits` is neither an integer >= 1 nor `Infinity`.
   */
  resize(permits: number): void;
}

/**
 * Limits how many calls of a key run at once; further calls wait. A permit is held until the work is over: that of an operation which
 * ignores its signal until it has settled, that of a streamed response until its body has ended, if the operation holds its work.
 * @example
 * const limit = semaphore({ permits: 5 });
 * const answer = await limit.run(({ signal }) => ask(signal));
 * @throws {RateLimitError} The queue is full, or the call cannot start in time.
 * @throws {RangeError | TypeError} An option is invalid.
 */
export function semaphore(options: SemaphoreOptions): Semaphore;
export function semaphore({ permits, maxKeys, ...options } = {} as SemaphoreOptions): Semaphore {
  const size = { permits: checkPermits(permits) };
  const rules = queueRules("semaphore", options);
  const limiters = keyed({
    create: (key) => new PermitLimiter(rules, key, size),
    isIdle: (limiter) => limiter.isIdle,
    maxKeys,
  });

  const state: Omit<Semaphore, keyof Layer> = {
    get permits() {
      return size.permits;
    },
    active: (key = "default") => limiters.peek(key)?.active ?? 0,
    waiting: (key = "default") => limiters.peek(key)?.waiting ?? 0,
    pausedFor: (key = "default") => limiters.peek(key)?.pause.left() ?? 0,
    pause(key: string, ms: number) {
      limiters.get(key).pauseFor(checkNumber("ms", ms));
    },
    resume: (key: string) => limiters.peek(key)?.resume(),
    resize(permits: number) {
      size.permits = checkPermits(permits);
      for (const [, limiter] of limiters.entries()) limiter.serve();
    },
  };

  return layer(function semaphore<I, O>(call: Call<I>, next: Next<I, O>): Promise<O> {
    return limiters.get(call.key).pass(call, next, 1);
  }, state);
}

class PermitLimiter extends Limiter {
  active = 0;
  readonly #size: { readonly permits: number };

  constructor(rules: QueueRules, key: string, size: { readonly permits: number }) {
    super(rules, key);
    this.#size = size;
  }

  protected override get limit(): number {
    return this.#size.permits;
  }

  override get isIdle(): boolean {
    return this.active === 0 && super.isIdle;
  }

  protected override ownWait(): number {
    return this.active < this.#size.permits ? 0 : Infinity;
  }

  override minWait(): number {
    return 0;
  }

  protected override take(): void {
    this.active++;
  }

  protected override release(): void {
    this.active--;
  }
}

function checkPermits(permits: number): number {
  return checkNumber("permits", permits, { integer: true, min: 1 });
}
