/** Limits what the calls of each key cost over time. */
import { checkFunction, checkNumber, keyed, layer, type Call, type Layer, type Next } from "@evenkeel/core";
import { Limiter } from "./limiter.ts";
import type { QueueControl } from "./queue-control.ts";
import { queueRules, type QueueOptions, type QueueRules } from "./queue-options.ts";

/** How fast a bucket fills, and how much it holds. */
export interface TokenBucketSize {
  /** How many tokens are added per `interval`. */
  readonly limit: number;
  /** The time over which `limit` tokens are added, at a steady rate, in ms. */
  readonly interval: number;
  /** How many tokens the bucket holds, and so how many can be spent at once. @default limit */
  readonly burst?: number | undefined;
}

export interface TokenBucketOptions extends QueueOptions, TokenBucketSize {
  /**
   * Returns what a call costs, in a unit of your own: `() => 1` counts calls, for example. The actual cost that a call reports is in the
   * unit of `call.cost`, so it is ignored if this option is set. @default (call) => call.cost
   */
  readonly cost?: ((call: Call) => number) | undefined;
}

/** A layer with a separate token bucket for each key. */
export interface TokenBucket extends Layer, QueueControl {
  /** Returns how many tokens are available: at most `burst`, and below 0 after calls that cost more than announced. @default key "default" */
  available(key?: string): number;
  /**
   * Changes the buckets of all keys from now on. A full bucket stays full, and any other keeps its tokens, up to the new `burst`. A waiting
   * call that costs more than that is refused when its turn comes.
   * @throws {RangeError | TypeError} `limit`, `interval` or `burst` is not a finite number > 0.
   */
  resize(size: TokenBucketSize): void;
}

/**
 * Makes the calls of a key wait until there are enough tokens for their cost. A call that was surely not processed gets its tokens
 * back. If the actual cost is known when the work is over, the difference is refunded or charged.
 * @example
 * const limit = tokenBucket({ limit: 90_000, interval: 60_000 });
 * const answer = await limit.run(({ signal }) => ask(signal), { cost: 1_200 });
 * @throws {RateLimitError} The call costs more than the bucket holds, the queue is full, or the call cannot start in time.
 * @throws {RangeError | TypeError} An option is invalid. If it is a cost, the call rejects with this error.
 */
export function tokenBucket(options: TokenBucketOptions): TokenBucket;
export function tokenBucket(
  { limit, interval, burst, cost: costOf = costOfCall, maxKeys, ...options } = {} as TokenBucketOptions,
): TokenBucket {
  let terms = termsOf({ limit, interval, burst });
  checkFunction("cost", costOf);
  const rules = queueRules("token-bucket", options);
  const settles = costOf === costOfCall;
  const limiters = keyed({
    create: (key) => new TokenLimiter(rules, key, terms, settles),
    isIdle: (limiter) => limiter.isIdle,
    maxKeys,
  });

  const state: Omit<TokenBucket, keyof Layer> = {
    available: (key = "default") => limiters.peek(key)?.available ?? terms.burst,
    waiting: (key = "default") => limiters.peek(key)?.waiting ?? 0,
    pausedFor: (key = "default") => limiters.peek(key)?.pause.left() ?? 0,
    pause(key: string, ms: number) {
      limiters.get(key).pauseFor(checkNumber("ms", ms));
    },
    resume: (key: string) => limiters.peek(key)?.resume(),
    resize(size) {
      terms = termsOf(size);
      // Reads `terms` each time: a `holdWhile`, which is asked on the way, may resize, too.
      for (const [, limiter] of limiters.entries()) limiter.resize(terms);
    },
  };

  return layer(function tokenBucket<I, O>(call: Call<I>, next: Next<I, O>): Promise<O> {
    const cost = checkNumber("cost", costOf(call));
    // After `cost`, which may call many other keys, because this limiter would then be forgotten.
    return limiters.get(call.key).pass(call, next, cost);
  }, state);
}

const costOfCall = (call: Call): number => call.cost;

interface Terms {
  readonly limit: number;
  readonly burst: number;
  /** Tokens per millisecond. */
  readonly rate: number;
}

function termsOf({ limit, interval, burst = limit }: TokenBucketSize): Terms {
  const finite = { exclusive: true, max: Number.MAX_SAFE_INTEGER };
  checkNumber("limit", limit, finite);
  checkNumber("interval", interval, finite);
  checkNumber("burst", burst, finite);
  return { limit, burst, rate: limit / interval };
}

/** A wait below this, in ms, is none: no clock resolves it, and rounding errors are smaller. */
const instant = 0.001;

class TokenLimiter extends Limiter {
  #terms: Terms;
  /** Whether the actual cost that a call reports is settled. */
  readonly #settles: boolean;
  #balance: number;
  #filledAt: number;
  #atWork = 0;
  /** What the running calls have taken, and may give back. */
  #reserved = 0;

  constructor(rules: QueueRules, key: string, terms: Terms, settles: boolean) {
    super(rules, key);
    this.#terms = terms;
    this.#settles = settles;
    this.#balance = terms.burst;
    this.#filledAt = rules.clock.now();
  }

  protected override get limit(): number {
    return this.#terms.limit;
  }

  get available(): number {
    const { burst, rate } = this.#terms;
    const now = this.rules.clock.now();
    this.#balance = Math.min(burst, this.#balance + (now - this.#filledAt) * rate);
    this.#filledAt = now;
    return this.#balance;
  }

  override get isIdle(): boolean {
    return this.#atWork === 0 && this.available === this.#terms.burst && super.isIdle;
  }

  resize(terms: Terms): void {
    const isFull = this.available === this.#terms.burst;
    this.#terms = terms;
    if (isFull) this.#balance = terms.burst;
    this.serve();
  }

  protected override ownWait(cost: number): number {
    return this.#timeFor(cost, 0);
  }

  override minWait(cost: number): number {
    return this.#timeFor(cost, this.#reserved);
  }

  protected override take(cost: number): void {
    this.#balance -= cost;
    this.#reserved += cost;
    this.#atWork++;
  }

  protected override release(cost: number, undone: boolean, reported = NaN): void {
    // Sums of fractions drift, so the sum is reset when no call is running.
    this.#reserved = --this.#atWork === 0 ? 0 : this.#reserved - cost;
    const isKnown = this.#settles && reported >= 0 && reported < Infinity;
    const real = isKnown ? reported : undone ? 0 : cost;
    if (real !== cost) this.#balance = this.available + cost - real;
  }

  /** Returns in how many ms there are tokens for `cost` if `returned` ones come back: 0 if there are now, `Infinity` if there never are. */
  #timeFor(cost: number, returned: number): number {
    const { burst, rate } = this.#terms;
    if (cost > burst) return Infinity;
    const ms = (cost - this.available - returned) / rate;
    return ms < instant ? 0 : ms;
  }
}
