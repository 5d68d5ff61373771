/** The error of a limiter's refusal. */
import { ResilienceError, type Verdict } from "@evenkeel/core";

/**
 * Why a call was refused: the queue is full, the wait took or would take too long for the queue's own limit or for the call's
 * deadline, the key is paused for longer than the call may wait, or the call costs more than the bucket ever holds.
 */
export type RateLimitReason = "queue-full" | "queue-timeout" | "deadline" | "paused" | "cost";

/** Which limiter it was. */
export type LimiterName = "semaphore" | "token-bucket";

/** What a refusal tells. */
export interface Refusal {
  readonly reason: RateLimitReason;
  readonly limiter: LimiterName;
  readonly key: string;
  /** The permits of the semaphore, or the limit of the bucket. */
  readonly limit: number;
  /** Milliseconds after which there may be room, where that is known. */
  readonly retryAfter?: number | undefined;
}

const texts: Record<RateLimitReason, string> = {
  "queue-full": "its queue is full",
  "queue-timeout": "the queue's time limit leaves it no time",
  deadline: "its deadline leaves it no time",
  paused: "the key is paused for longer than it may wait",
  cost: "it costs more than the bucket can hold",
};

/** Says that a limiter did not let a call through. The upstream has seen nothing of it. */
export class RateLimitError extends ResilienceError implements Refusal {
  static override readonly brand: string = "@evenkeel/rate-limit:RateLimitError";
  override readonly name = "RateLimitError" as const;
  readonly code = "RATE_LIMITED" as const;
  readonly verdict: Verdict;
  readonly reason: RateLimitReason;
  readonly limiter: LimiterName;
  readonly key: string;
  readonly limit: number;
  readonly retryAfter: number | undefined;

  constructor({ reason, limiter, key, limit, retryAfter }: Refusal) {
    super(`The ${limiter} of ${limit} refused a call to "${key}": ${texts[reason]}`);
    this.reason = reason;
    this.limiter = limiter;
    this.key = key;
    this.limit = limit;
    this.retryAfter = retryAfter;
    this.verdict = { action: "elsewhere", kind: "refused", processed: "no", health: "neutral", retryAfter };
  }
}
