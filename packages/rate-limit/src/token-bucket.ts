/** Bounds how much the calls of a key may cost over time. */
import { checkFunction, checkNumber, keyed, layer, type Call, type Layer, type Next } from "@evenkeel/core";
import { Gate } from "./gate.ts";
import { queueRules, type QueueOptions, type QueueRules } from "./queue-options.ts";

export interface TokenBucketOptions extends QueueOptions {
  /** How many tokens come in each `interval`. */
  readonly limit: number;
  /** The time in which `limit` tokens come, evenly, in ms. */
  readonly interval: number;
  /** How many tokens the bucket holds, so how many may be spent at once. @default limit */
  readonly burst?: number | undefined;
  /**
   * What a call costs, in a unit of your own: `() => 1` counts calls whatever their tokens. What a call turns out to have cost is
   * said in the unit of `call.cost`, and so is heeded only without this option. @default (call) => call.cost
   */
  readonly cost?: ((call: Call) => number) | undefined;
}

/** A bucket of its own for every key. */
export interface TokenBucket extends Layer {
  /** How many tokens are to be had now: at most `burst`, and below 0 where calls turned out dearer than they had said. @default key "default" */
  available(key?: string): number;
  /** How many calls of the key wait. @default key "default" */
  waiting(key?: string): number;
  /** For how long the key is paused yet, in ms. @default key "default" */
  pausedFor(key?: string): number;
  /** Lets nobody of the key through for `ms` milliseconds from now, unless it is paused for longer already. */
  pause(key: string, ms: number): void;
  /** Ends a pause of the key, whoever began it; then comes the slow start. */
  resume(key: string): void;
}

/**
 * Makes calls of a key wait until there are tokens for what they cost. A call that was surely not processed gets its tokens back;
 * where the real cost is known when the work is over, the difference is given back or charged.
 * @example
 * const limit = tokenBucket({ limit: 90_000, interval: 60_000 });
 * const answer = await limit.run(({ signal }) => ask(signal), { cost: 1_200 });
 * @throws {RateLimitError} The call costs more than the bucket holds, the queue is full, or waiting is or became vain.
 * @throws {RangeError | TypeError} An option is out of range, or, when called, the cost.
 */
export function tokenBucket({
  limit,
  interval,
  burst = limit,
  cost: costOf = costOfCall,
  maxKeys,
  ...options
}: TokenBucketOptions): TokenBucket {
  const finite = { exclusive: true, max: Number.MAX_SAFE_INTEGER };
  checkNumber("limit", limit, finite);
  checkNumber("interval", interval, finite);
  checkNumber("burst", burst, finite);
  checkFunction("cost", costOf);
  const rules = queueRules("token-bucket", options);
  const terms: Terms = { limit, burst, rate: limit / interval, settles: costOf === costOfCall };
  const gates = keyed({ create: (key) => new Bucket(rules, key, terms), isIdle: (gate) => gate.isIdle, maxKeys });

  const state: Omit<TokenBucket, keyof Layer> = {
    available: (key = "default") => gates.peek(key)?.available ?? burst,
    waiting: (key = "default") => gates.peek(key)?.waiting ?? 0,
    pausedFor: (key = "default") => gates.peek(key)?.pausedFor ?? 0,
    pause(key: string, ms: number) {
      gates.get(key).pauseFor(checkNumber("ms", ms));
    },
    resume: (key: string) => gates.peek(key)?.resume(),
  };

  return layer(function tokenBucket<I, O>(call: Call<I>, next: Next<I, O>): Promise<O> {
    const gate = gates.get(call.key);
    const cost = checkNumber("cost", costOf(call));
    return cost > burst ? Promise.reject(gate.refuse(call, cost, "cost")) : gate.pass(call, next, cost);
  }, state);
}

const costOfCall = (call: Call): number => call.cost;

interface Terms {
  readonly limit: number;
  readonly burst: number;
  /** Tokens per millisecond. */
  readonly rate: number;
  /** Whether what a call has really cost is heeded. */
  readonly settles: boolean;
}

/** What comes in a microsecond is not waited for: no clock tells it, and it is all that rounding can take away. */
const instant = 0.001;

class Bucket extends Gate {
  readonly #terms: Terms;
  #balance: number;
  #filledAt: number;
  #atWork = 0;
  /** What those at work have taken, and may give back. */
  #reserved = 0;

  constructor(rules: QueueRules, key: string, terms: Terms) {
    super(rules, key);
    this.#terms = terms;
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

  protected override shortage(cost: number): number {
    return cost > this.#terms.burst ? Infinity : this.#timeFor(cost - this.available);
  }

  override soonest(cost: number): number {
    return this.#timeFor(cost - this.available - this.#reserved);
  }

  protected override take(cost: number): void {
    this.#balance -= cost;
    this.#reserved += cost;
    this.#atWork++;
  }

  protected override end(cost: number, undone: boolean, reported = NaN): void {
    // Sums of fractions drift; but when nobody is at work, nothing is reserved.
    this.#reserved = --this.#atWork === 0 ? 0 : this.#reserved - cost;
    const isKnown = this.#terms.settles && reported >= 0 && reported < Infinity;
    const real = isKnown ? reported : undone ? 0 : cost;
    if (real !== cost) this.#balance = Math.min(this.#terms.burst, this.available + cost - real);
  }

  /** How long these tokens take to come, in ms. */
  #timeFor(tokens: number): number {
    const ms = tokens > 0 ? tokens / this.#terms.rate : 0;
    return ms < instant ? 0 : ms;
  }
}
