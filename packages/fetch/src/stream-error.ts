/** The error of a stream that failed although its response was a success. */
import { ResilienceError, type Verdict } from "@evenkeel/core";

/** How much of a stream arrived before it failed. */
export interface Delivered {
  readonly bytes: number;
  readonly chunks: number;
}

/**
 * Reports that a stream broke, ended too early for its protocol, or contained an error of the upstream. Its name is not
 * `AbortError`, because six SDKs treat that as a normal end and report no error.
 */
export class StreamError extends ResilienceError {
  static override readonly brand: string = "@evenkeel/fetch:StreamError";
  override readonly name = "StreamError" as const;
  readonly code = "STREAM_FAILED" as const;
  readonly verdict: Verdict;
  readonly delivered: Delivered;
  /** What broke the stream: a network error, or the upstream's error body. Not in `cause`, because some SDKs search that for codes to retry. */
  readonly lastError: unknown;

  constructor(message: string, verdict: Verdict, { bytes, chunks }: Delivered, lastError?: unknown) {
    super(`${message} after ${bytes} bytes`);
    this.verdict = verdict;
    this.delivered = { bytes, chunks };
    this.lastError = lastError;
  }
}

/** The verdict on a stream that ended too early: all but its end was generated, and billed. */
export const truncated: Verdict = { action: "retry", kind: "truncated", processed: "yes", health: "failure" };
