/** A stream that failed after its response was a success. */
import { ResilienceError, type Verdict } from "@evenkeel/core";

/** How much of a stream reached the reader. */
export interface Delivered {
  readonly bytes: number;
  readonly chunks: number;
}

/**
 * Ends a stream that the upstream did not end as its protocol demands, or in which it reported an error.
 * Its name is not `AbortError`, which six SDKs take for a silent, successful end.
 */
export class StreamError extends ResilienceError {
  static override readonly brand: string = "@evenkeel/fetch:StreamError";
  override readonly name = "StreamError" as const;
  readonly code = "STREAM_FAILED" as const;
  readonly verdict: Verdict;
  readonly delivered: Delivered;
  /** What broke the stream: a network error, or the error body that the upstream sent. Not a `cause`, which some SDKs search for codes to retry. */
  readonly lastError: unknown;

  constructor(message: string, verdict: Verdict, { bytes, chunks }: Delivered, lastError?: unknown) {
    super(`${message} after ${bytes} bytes`);
    this.verdict = verdict;
    this.delivered = { bytes, chunks };
    this.lastError = lastError;
  }
}

/** The verdict on a stream that ended too early: the work was done, and billed, but for its end. */
export const truncated: Verdict = { action: "retry", kind: "truncated", processed: "yes", health: "failure" };
