/** What the user may say of a limiter's queue and of the keys it knows. */
import { checkFunction, checkNumber, systemClock, type Call, type Classify, type Clock } from "@evenkeel/core";
import type { LimiterName } from "./rate-limit-error.ts";

export interface QueueOptions {
  /** How many calls of one key may wait; further ones are refused. @default 1_000 */
  readonly maxQueue?: number | undefined;
  /** How long a call may wait, in ms; its own deadline bounds the wait in any case. @default Infinity */
  readonly queueTimeout?: number | undefined;
  /** Who goes first: the higher number, and among equals a retried attempt before new calls. @default () => 0 */
  readonly priority?: ((call: Call) => number) | undefined;
  /**
   * Whether a key has to rest: nobody passes while it does, and when it is over comes the slow start. Asked whenever a call might pass,
   * and each second while calls wait. @default none
   */
  readonly holdWhile?: ((key: string) => boolean) | undefined;
  /** How many idle keys are remembered at least. @default 1_000 */
  readonly maxKeys?: number | undefined;
  /** Judges failures before anyone else: whether the upstream throttles, and whether it did the work. @default none */
  readonly classify?: Classify | undefined;
  /** Tells the time and waits. @default systemClock */
  readonly clock?: Clock | undefined;
}

/** The same for all keys of one limiter. */
export interface QueueRules {
  readonly limiter: LimiterName;
  readonly maxQueue: number;
  readonly queueTimeout: number;
  readonly priority: ((call: Call) => number) | undefined;
  readonly holdWhile: ((key: string) => boolean) | undefined;
  readonly classify: Classify | undefined;
  readonly clock: Clock;
}

/** @throws {RangeError | TypeError} An option is out of range. */
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
