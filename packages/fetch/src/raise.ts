/** Tells an answer from a failure: what is none is raised as an error, so that the layers see only throws. */
import type { Call } from "@evenkeel/core";
import { expectsAnswer, expectsData } from "./expects-data.ts";
import { isEventStream } from "./framing.ts";
import { guarded } from "./guarded.ts";
import { progressOf } from "./progress-of.ts";
import { raiseFailure } from "./raise-failure.ts";
import { raiseJson } from "./raise-json.ts";
import type { RaiseOptions } from "./raise-options.ts";
import { raiseStream } from "./raise-stream.ts";
import { readerOf } from "./read-head.ts";
import type { FetchRequest } from "./request.ts";

/**
 * Returns the answer to hand on, whose body is guarded.
 * @throws {HttpError} The response is a failure: by its status, or by an error in the body of a 200.
 * @throws {StreamError} The body ended before its content came.
 */
export function raise(
  call: Call<FetchRequest>,
  response: Response,
  options: RaiseOptions,
): Response | Promise<Response> {
  if (response.status >= 400) return raiseFailure(call, response, options);
  // Not every runtime gives null for the body of an answer to HEAD.
  if (!response.body || call.input.init.method?.toUpperCase() === "HEAD") return response;
  // What comes with a redirect is not meant to be read.
  const contentType = response.status < 300 ? (response.headers.get("content-type") ?? "") : "";
  if (isWebPage(contentType) && expectsData(call.input)) return raiseFailure(call, response, options);

  const reader = readerOf(response.body);
  // Lines that are only read may be the records of jobs, of which some failed.
  const isStream = expectsAnswer(call.input) || isEventStream(contentType);
  const progress = isStream ? progressOf(contentType, options.protocols) : undefined;
  if (progress) return raiseStream(call, response, reader, progress, options);
  if (isJsonType(contentType)) return raiseJson(call, response, reader, options);
  return guarded(call, response, { reader, head: [] }, options);
}

function isWebPage(contentType: string): boolean {
  return /^text\/html\b/i.test(contentType);
}

function isJsonType(contentType: string): boolean {
  return /^application\/([\w.-]+\+)?json\b/i.test(contentType);
}
