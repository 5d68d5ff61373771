/** The entries of a limiter's queue. */
import type { Call, Listening, Next } from "@evenkeel/core";
import { QueueNode } from "./queue.ts";
import type { RateLimitReason } from "./rate-limit-error.ts";
import type { Trial } from "./slow-start.ts";

/** Methods, whose parameters are bivariant, so that waiters of any type fit into one queue. */
interface Bivariant<I, O> {
  next(call: Call<I>): Promise<O>;
  resolve(waiter: Waiter<I, O>): void;
}

/** A waiting call. */
export class Waiter<I = unknown, O = unknown> extends QueueNode {
  readonly call: Call<I>;
  readonly next: Bivariant<I, O>["next"];
  readonly cost: number;
  readonly rank: number;
  /** When the wait began, in the clock's ms. */
  readonly since: number;
  /** Ends the wait, once the call's cost has been taken or `refusal` is set. */
  resolve!: Bivariant<I, O>["resolve"];
  /** Makes the call reject, because it was aborted. */
  reject!: (reason: unknown) => void;
  listening: Listening | undefined;
  bound: Bound | undefined;
  trial: Trial | undefined;
  /** Why the call is refused. */
  refusal: RateLimitReason | undefined;

  constructor(call: Call<I>, next: Next<I, O>, cost: number, rank: number, since: number) {
    super();
    this.call = call;
    this.next = next;
    this.cost = cost;
    this.rank = rank;
    this.since = since;
  }
}

/** A limit on a wait: when it ends at the latest, and why. */
export class Bound extends QueueNode {
  readonly waiter: Waiter;
  readonly end: number;
  readonly reason: RateLimitReason;

  constructor(waiter: Waiter, end: number, reason: RateLimitReason) {
    super();
    this.waiter = waiter;
    // Rounded up to whole milliseconds, so that many bounds share few ranks.
    this.end = Math.ceil(end);
    this.reason = reason;
  }
}
