/** Treats an error that the upstream reports in the body of a 200. */
import type { Call, Verdict } from "@evenkeel/core";
import { failedStatus } from "./failed-status.ts";
import { HttpError } from "./http-error.ts";
import type { ReportedError } from "./protocols/protocol.ts";
import type { RaiseOptions } from "./raise-options.ts";
import { rebuild } from "./rebuild.ts";
import type { FetchRequest } from "./request.ts";

/** Makes of an error in the body of a 200 the response that it should have been: an SDK raises its own error of it. */
export function reportedFailure(response: Response, reported: ReportedError, verdict: Verdict): HttpError {
  const headers = new Headers(response.headers);
  headers.set("content-type", "application/json");
  headers.delete("content-length");
  const status = failedStatus[verdict.kind] ?? 502;
  return new HttpError(rebuild(response, JSON.stringify(reported), { status, statusText: "", headers }), verdict);
}

/** Judges what an event of a stream reports, which is a failure even where nobody knows what it means. */
export function judgeReported(
  call: Call<FetchRequest>,
  reported: ReportedError,
  { classifyEvent, clock }: RaiseOptions,
): Verdict {
  return classifyEvent(reported, { url: call.input.url, now: clock.now() }) ?? unknownError;
}

/** The verdict on an error of which nobody knows what it means. */
const unknownError: Verdict = { action: "retry", kind: "unknown", processed: "maybe", health: "failure" };
