/** What retry tells those who listen. */
import type { ResilienceEvent, Verdict } from "@evenkeel/core";

/** An attempt failed, and another follows after `delay`. `attempt` is the one that failed. */
export interface RetryScheduledEvent extends ResilienceEvent {
  readonly type: "retry";
  /** The wait before the next attempt, in ms. */
  readonly delay: number;
  /** What the attempt failed with. */
  readonly error: unknown;
  /** What was made of it: `retryAfter` is what the server asked for. */
  readonly verdict: Verdict;
  /** Whether the failed attempt may be billed as well as the next. */
  readonly mayBillTwice: boolean;
}

/** An attempt failed, and no other follows. `attempt` is the last one. Not told when the caller aborted. */
export interface RetryGiveUpEvent extends ResilienceEvent {
  readonly type: "retry-give-up";
  /** How many attempts were made. */
  readonly attempts: number;
  /** What the call rejects with. */
  readonly error: unknown;
  /** What was made of the last failure. */
  readonly verdict: Verdict;
  /** What spoke against another attempt. */
  readonly reason: GiveUpReason;
}

/**
 * What spoke against another attempt: another would not help (`verdict`), they are used up (`retries`), it might do the work twice
 * (`processed`), the server asks for too long a wait (`retry-after`), the wait would reach the deadline (`deadline`), or other calls
 * have used up what they share (`budget`).
 */
export type GiveUpReason = "verdict" | "retries" | "processed" | "retry-after" | "deadline" | "budget";

/** The events of this package. */
export type RetryEvent = RetryScheduledEvent | RetryGiveUpEvent;
