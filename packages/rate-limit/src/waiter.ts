/** Who stands in a limiter's queue. */
import type { AbortListener, Call, Listening, Next } from "@evenkeel/core";
import { Place } from "./queue.ts";
import type { RateLimitReason } from "./rate-limit-error.ts";
import type { Pioneer } from "./slow-start.ts";

/** Where he waits. */
interface Room {
  /** Lets a caller go who wants to wait no more. */
  abandon(waiter: Waiter, reason: unknown): void;
}

/** A method's parameters are compared both ways, so that waiters of any type stand in one queue. */
interface Either<I, O> {
  next(call: Call<I>): Promise<O>;
  resolve(waiter: Waiter<I, O>): void;
}

/** A call in the queue. */
export class Waiter<I = unknown, O = unknown> extends Place<Waiter> implements AbortListener {
  readonly #room: Room;
  readonly call: Call<I>;
  readonly next: Either<I, O>["next"];
  readonly cost: number;
  readonly since: number;
  readonly resolve: Either<I, O>["resolve"];
  listening: Listening | undefined;
  bound: Bound | undefined;
  pioneer: Pioneer | undefined;
  /** Whether what it costs was taken for it; otherwise `reason` is what it rejects with. */
  hasPassed = false;
  reason: unknown;

  constructor(
    room: Room,
    call: Call<I>,
    next: Next<I, O>,
    cost: number,
    since: number,
    resolve: Either<I, O>["resolve"],
  ) {
    super();
    this.#room = room;
    this.call = call;
    this.next = next;
    this.cost = cost;
    this.since = since;
    this.resolve = resolve;
  }

  abort(reason: unknown): void {
    this.#room.abandon(this, reason);
  }
}

/** When a wait ends at the latest, and what ends it. */
export class Bound extends Place<Bound> {
  readonly waiter: Waiter;
  readonly end: number;
  readonly reason: RateLimitReason;

  constructor(waiter: Waiter, end: number, reason: RateLimitReason) {
    super();
    this.waiter = waiter;
    // To the full millisecond, so that a crowd of bounds makes few ranks.
    this.end = Math.ceil(end);
    this.reason = reason;
  }
}
