/** What a stream that has begun fails with. However it failed, the work up to there was done, and billed. */
import { judge, type Call, type Verdict } from "@evenkeel/core";
import type { OpenBody } from "./open-body.ts";
import type { ReportedError } from "./protocols/protocol.ts";
import type { RaiseOptions } from "./raise-options.ts";
import { judgeReported } from "./reported-failure.ts";
import type { FetchRequest } from "./request.ts";
import { StreamError, truncated, type Delivered } from "./stream-error.ts";

/** The connection broke. */
export function brokenStreamFailure(call: Call<FetchRequest>, error: unknown, delivered: Delivered): StreamError {
  return billed("The stream broke", judge(call, error), delivered, error);
}

/** The upstream reported an error in the stream. */
export function reportedStreamFailure(
  call: Call<FetchRequest>,
  reported: ReportedError,
  delivered: Delivered,
  options: RaiseOptions,
): StreamError {
  const verdict = judgeReported(call, reported, options);
  return billed("The upstream reported an error in the stream", verdict, delivered, reported);
}

/** The stream ended. Returns `undefined` if nothing is missing from it. */
export function endedStreamFailure(
  call: Call<FetchRequest>,
  { progress, mayBeEmpty }: OpenBody,
  delivered: Delivered,
  options: RaiseOptions,
): StreamError | undefined {
  if (!progress || (mayBeEmpty && delivered.bytes === 0)) return undefined;
  progress.end();
  const { error, isComplete, missing } = progress;
  // It was in the last event, after which the blank line is missing.
  if (error && !isComplete) return reportedStreamFailure(call, error, delivered, options);
  return missing && billed(`The stream ended without ${missing}`, truncated, delivered);
}

function billed(message: string, verdict: Verdict, delivered: Delivered, lastError?: unknown): StreamError {
  return new StreamError(message, { ...verdict, processed: "yes" }, delivered, lastError);
}
