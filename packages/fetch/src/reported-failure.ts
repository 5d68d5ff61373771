/** Handles an error that the upstream reports in the body of a 200. */
import type { Call, Verdict } from "@evenkeel/core";
import { failedStatus } from "./failed-status.ts";
import { HttpError } from "./http-error.ts";
import type { ReportedError } from "./protocols/protocol.ts";
import type { RaiseOptions } from "./raise-options.ts";
import { rebuild } from "./rebuild.ts";
import type { FetchRequest } from "./request.ts";

/** Returns the error response that the upstream should have sent, so that an SDK makes its own typed error of it. */
export function reportedFailure(
  call: Call<FetchRequest>,
  response: Response,
  reported: ReportedError,
  options: RaiseOptions,
): HttpError {
  const verdict = judgeReported(call, reported, options);
  const headers = new Headers(response.headers);
  headers.set("content-type", "application/json");
  headers.delete("content-length");
  const init = { status: failedStatus(verdict, reported.error), statusText: "", headers };
  return new HttpError(rebuild(response, JSON.stringify(reported), init), verdict);
}

/** Returns the verdict on a reported error, which is a failure even if the classifier does not know it. */
export function judgeReported(
  call: Call<FetchRequest>,
  reported: ReportedError,
  { classifyEvent, clock }: RaiseOptions,
): Verdict {
  return classifyEvent(reported, { url: call.input.url, now: clock.now() }) ?? unknownError;
}

const unknownError: Verdict = { action: "retry", kind: "unknown", processed: "maybe", health: "failure" };
