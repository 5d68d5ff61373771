/** The options that all limiters share. */
import { checkFunction, checkNumber, systemClock, type Call, type Classify, type Clock } from "@evenkeel/core";
import type { LimiterName } from "./rate-limit-error.ts";

export interface QueueOptions {
  /** How many calls of one key may wait. Further ones are refused. @default 1_000 */
  readonly maxQueue?: number | undefined;
  /** The longest time that a call may wait, in ms. Its own deadline applies in any case. @default Infinity */
  readonly queueTimeout?: number | undefined;
  /** Returns a call's priority: the highest goes first, and among equals retried attempts go before new calls. @default () => 0 */
  readonly priority?: ((call: Call) => number) | undefined;
  /**
   * Returns whether to hold back the calls of a key, such as `breaker.refuses`. It is asked whenever a call might start or be refused, and
   * every second while it holds waiting calls back; when it no longer does, the slow start begins. @default none
   */
  readonly holdWhile?: ((key: string) => boolean) | undefined;
  /** How many idle keys to remember at least. @default 1_000 */
  readonly maxKeys?: number | undefined;
  /** Classifies failures, ahead of the error's own verdict and the call's `classify`: throttled or not, processed or not. @default none */
  readonly classify?: Classify | undefined;
  /** The clock for waits, pauses and refills. @default systemClock */
  readonly clock?: Clock | undefined;
}

/** The validated options, shared by all keys of one limiter. */
export interface QueueRules {
  readonly limiter: LimiterName;
  readonly maxQueue: number;
  readonly queueTimeout: number;
  readonly priority: ((call: Call) => number) | undefined;
  readonly holdWhile: ((key: string) => boolean) | undefined;
  readonly classify: Classify | undefined;
  readonly clock: Clock;
}

/** @throws {RangeError | TypeError} An option is invalid. */
export function queueRules(
  limiter: LimiterName,
  { maxQueue = 1_000, queueTimeout = Infinity, priority, holdWhile, classify, clock = systemClock }: QueueOptions,
): QueueRules {
  checkNumber("maxQueue", maxQueue, { integer: true });
  checkNumber("queueTimeout", queueTimeout);
  if (priority) checkFunction("priority", priority);
  if (holdWhile) checkFunction("holdWhile", holdWhile);
  if (classify) checkFunction("classify", classify);
  checkFunction("clock.after", clock?.after);
  return { limiter, maxQueue, queueTimeout, priority, holdWhile, classify, clock };
}
