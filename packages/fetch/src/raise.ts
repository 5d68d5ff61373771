/** Tells an answer from a failure, and throws the failure, so that a layer sees every failure as an error. */
import type { Call } from "@evenkeel/core";
import { expectsAnswer, expectsData, subscribes } from "./expects-data.ts";
import { isEventStream } from "./framing.ts";
import { guardResponse } from "./guard-response.ts";
import { progressOf } from "./progress-of.ts";
import { raiseFailure } from "./raise-failure.ts";
import { raiseJson } from "./raise-json.ts";
import type { RaiseOptions } from "./raise-options.ts";
import { raiseStream } from "./raise-stream.ts";
import { readerOf } from "./reader-of.ts";
import { rebuild } from "./rebuild.ts";
import { methodOf, type FetchRequest } from "./request.ts";

/** Statuses with which a `Response` must not have a body, by the Fetch standard. */
const nullBodyStatuses = new Set([204, 205, 304]);

/**
 * Returns the answer, its body guarded unless it was read whole.
 * @throws {HttpError} The response is a failure: by its status, or by an error in the body of a 200.
 * @throws {StreamError} The body ended before its first content.
 */
export function raise(
  call: Call<FetchRequest>,
  response: Response,
  options: RaiseOptions,
): Response | Promise<Response> {
  if (response.status >= 400) return raiseFailure(call, response, options);
  // In some runtimes the response to a HEAD request has a body that is not null.
  if (!response.body || methodOf(call.input.init) === "HEAD") return response;
  // With `node-fetch` these have one too. Nobody would read it, so the work would not end until a limit.
  if (nullBodyStatuses.has(response.status)) return rebuild(response, null);
  // The body of a redirect is not meant to be read.
  const contentType = response.status < 300 ? (response.headers.get("content-type") ?? "") : "";
  if (isWebPage(contentType) && expectsData(call.input)) return raiseFailure(call, response, options);

  const reader = readerOf(response.body);
  // JSON lines that are merely read may be the records of jobs, some of which failed; a subscription has begun with its headers.
  const isStream = expectsAnswer(call.input) || (isEventStream(contentType) && !subscribes(call.input));
  const progress = isStream ? progressOf(contentType) : undefined;
  if (progress) return raiseStream(call, response, reader, progress, options);
  if (isJsonType(contentType)) return raiseJson(call, response, reader, options);
  return guardResponse(call, response, { reader, head: [] }, options);
}

function isWebPage(contentType: string): boolean {
  return /^text\/html\b/i.test(contentType);
}

function isJsonType(contentType: string): boolean {
  return /^application\/([\w.-]+\+)?json\b/i.test(contentType);
}
