/** The events of retry. */
import type { ResilienceEvent, Verdict } from "@evenkeel/core";

/** An attempt failed, and another follows after `delay`, unless the caller aborts first. `attempt` is the number of the one that failed. */
export interface RetryScheduledEvent extends ResilienceEvent {
  readonly type: "retry";
  /** The wait before the next attempt, in ms. */
  readonly delay: number;
  /** What the attempt failed with. */
  readonly error: unknown;
  /** The verdict on the error. Its `retryAfter` is the wait that the server asked for. */
  readonly verdict: Verdict;
  /** Whether both the failed attempt and the next may be billed. */
  readonly mayBillTwice: boolean;
}

/** An attempt failed, and no other follows. `attempt` is the number of the last one. Not emitted if the caller aborted. */
export interface RetryGiveUpEvent extends ResilienceEvent {
  readonly type: "retry-give-up";
  /** How many attempts were made, including any that a layer below refused. */
  readonly attempts: number;
  /** What the call rejects with. */
  readonly error: unknown;
  /** The verdict on the last failure. */
  readonly verdict: Verdict;
  /** Why there is no further attempt. */
  readonly reason: GiveUpReason;
}

/**
 * Why there is no further attempt: it would not help (`verdict`), the retries are used up (`retries`), it might do the work twice
 * (`processed`), the server asks for too long a wait (`retry-after`), the wait would reach the deadline (`deadline`), or the shared
 * budget is exhausted (`budget`).
 */
export type GiveUpReason = "verdict" | "retries" | "processed" | "retry-after" | "deadline" | "budget";

/** The events of this package. */
export type RetryEvent = RetryScheduledEvent | RetryGiveUpEvent;
