/** Bounds how many calls of a key are at work at once. */
import { checkNumber, keyed, layer, type Call, type Layer, type Next } from "@evenkeel/core";
import { Gate } from "./gate.ts";
import { queueRules, type QueueOptions, type QueueRules } from "./queue-options.ts";

export interface SemaphoreOptions extends QueueOptions {
  /** How many calls of one key may be at work at once: an integer >= 1, or `Infinity`. */
  readonly permits: number;
}

/** A semaphore of its own for every key. */
export interface Semaphore extends Layer {
  /** How many calls of one key may be at work at once. */
  readonly permits: number;
  /** How many permits of the key are taken. @default key "default" */
  active(key?: string): number;
  /** How many calls of the key wait. @default key "default" */
  waiting(key?: string): number;
  /** For how long the key is paused yet, in ms. @default key "default" */
  pausedFor(key?: string): number;
  /** Lets nobody of the key through for `ms` milliseconds from now, unless it is paused for longer already. */
  pause(key: string, ms: number): void;
  /** Ends a pause of the key, whoever began it; then comes the slow start. */
  resume(key: string): void;
  /** Changes the permits: more let waiting calls through at once, with fewer those at work are left to finish. */
  resize(permits: number): void;
}

/**
 * Makes calls of a key wait while `permits` others are at work. A permit is held until the work is over: an operation deaf to its
 * signal until it has settled, a streamed response until its body has ended, where the operation holds its work.
 * @example
 * const limit = semaphore({ permits: 5 });
 * const answer = await limit.run(({ signal }) => ask(signal));
 * @throws {RateLimitError} The queue is full, or waiting is or became vain.
 * @throws {RangeError | TypeError} An option is out of range.
 */
export function semaphore({ permits, maxKeys, ...options }: SemaphoreOptions): Semaphore {
  const size = { permits: checkPermits(permits) };
  const rules = queueRules("semaphore", options);
  const gates = keyed({ create: (key) => new Slots(rules, key, size), isIdle: (gate) => gate.isIdle, maxKeys });

  const state: Omit<Semaphore, keyof Layer> = {
    get permits() {
      return size.permits;
    },
    active: (key = "default") => gates.peek(key)?.active ?? 0,
    waiting: (key = "default") => gates.peek(key)?.waiting ?? 0,
    pausedFor: (key = "default") => gates.peek(key)?.pausedFor ?? 0,
    pause(key: string, ms: number) {
      gates.get(key).pauseFor(checkNumber("ms", ms));
    },
    resume: (key: string) => gates.peek(key)?.resume(),
    resize(permits: number) {
      size.permits = checkPermits(permits);
      for (const [, gate] of gates.entries()) gate.serve();
    },
  };

  return layer(function semaphore<I, O>(call: Call<I>, next: Next<I, O>): Promise<O> {
    return gates.get(call.key).pass(call, next, 1);
  }, state);
}

class Slots extends Gate {
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

  protected override shortage(): number {
    return this.active < this.#size.permits ? 0 : Infinity;
  }

  override soonest(): number {
    return 0;
  }

  protected override take(): void {
    this.active++;
  }

  protected override end(): void {
    this.active--;
  }
}

function checkPermits(permits: number): number {
  return checkNumber("permits", permits, { integer: true, min: 1 });
}
