/** The error of a limiter that refuses a call. */
import { ResilienceError, type Verdict } from "@evenkeel/core";

/**
 * Why a call was refused: the queue is full (`queue-full`), the wait exceeded, or was bound to exceed, the queue timeout
 * (`queue-timeout`) or the call's deadline (`deadline`), the key is paused for longer than the call can wait (`paused`), or the call
 * costs more than the bucket ever holds (`cost`).
 */
export type RateLimitReason = "queue-full" | "queue-timeout" | "deadline" | "paused" | "cost";

/** The kinds of limiters. */
export type LimiterName = "semaphore" | "token-bucket";

/** The details of a refusal. */
export interface Refusal {
  readonly reason: RateLimitReason;
  readonly limiter: LimiterName;
  readonly key: string;
  /** The permits of the semaphore, or the limit of the bucket. */
  readonly limit: number;
  /** In how many ms there may be room, if that is known. */
  readonly retryAfter?: number | undefined;
}

const texts: Record<RateLimitReason, string> = {
  "queue-full": "its queue is full",
  "queue-timeout": "it cannot start within the queue timeout",
  deadline: "it cannot start before its deadline",
  paused: "its key is paused for longer than it can wait",
  cost: "it costs more than the bucket holds",
};

/** Reports that a limiter refused a call, which was not sent to the upstream. */
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
    super(`The ${limiter}${limit < Infinity ? ` of ${limit}` : ""} refused a call to "${key}": ${texts[reason]}`);
    this.reason = reason;
    this.limiter = limiter;
    this.key = key;
    this.limit = limit;
    this.retryAfter = retryAfter;
    this.verdict = { action: "elsewhere", kind: "refused", processed: "no", health: "neutral", retryAfter };
  }
}
