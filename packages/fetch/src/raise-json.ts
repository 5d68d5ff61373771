/** Reads a whole JSON answer before it is handed on. */
import { quietly, type Call } from "@evenkeel/core";
import { expectsAnswer, expectsData, mayBeEmpty } from "./expects-data.ts";
import { guardResponse } from "./guard-response.ts";
import { join } from "./join.ts";
import { isError, isFailedEnd, listAt, reportedError, type Json, type ReportedError } from "./protocols/protocol.ts";
import type { RaiseOptions } from "./raise-options.ts";
import { readHead } from "./read-head.ts";
import type { BodyReader } from "./reader-of.ts";
import { rebuild } from "./rebuild.ts";
import { reportedFailure } from "./reported-failure.ts";
import type { FetchRequest } from "./request.ts";
import { StreamError, truncated } from "./stream-error.ts";
import { textOf } from "./text-of.ts";

/**
 * Reads a JSON answer of up to `peek` bytes to its end, so that a truncated one and an error with status 200 are retried.
 * @throws {HttpError} The answer is an error.
 * @throws {StreamError} The answer is truncated, or empty where it must not be.
 */
export async function raiseJson(
  call: Call<FetchRequest>,
  response: Response,
  reader: BodyReader,
  options: RaiseOptions,
): Promise<Response> {
  const { chunks, bytes, isWhole } = await readHead(reader, call.signal, options.peek, beginsStream());
  if (!isWhole) return guardResponse(call, response, { reader, head: chunks }, options);
  const body = join(chunks);
  const text = textOf(body);
  const json = quietly<unknown>(() => JSON.parse(text));
  const isMissing = text.trim() === "" && !mayBeEmpty(response) && expectsData(call.input);
  if (isMissing || (json === undefined && response.status !== 206 && isTruncated(text))) {
    throw new StreamError("The body ended inside its JSON", truncated, { bytes, chunks: chunks.length });
  }
  const reported = expectsAnswer(call.input) ? errorIn(json) : undefined;
  if (reported) throw reportedFailure(call, response, reported, options);
  return rebuild(response, body);
}

/** The beginning of a list whose first element is not an error, of JSON lines, or of server-sent events. */
const streamStart = /^\s*(\[\s*([^\s{]|\{\s*("(?!error")[^"]*"|\}))|\{.*\}\r?\n\s*\{|(data|event|id|retry)?:)/;

/** How many bytes of the beginning to test: enough for a first line, and cheap. */
const longestStart = 4_096;

/** Recognises a stream that is labelled as JSON, such as Gemini's lists and other servers' lines: it must not be held back. */
function beginsStream(): (chunk: Uint8Array) => boolean {
  let head = "";
  return (chunk) => head.length < longestStart && streamStart.test((head += textOf(chunk.subarray(0, longestStart))));
}

/** Tells whether brackets remain open. Not all that cannot be parsed is truncated: it may be several values, or contain `NaN`. */
function isTruncated(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false;
  const brackets = text.replaceAll(/\\./gs, "").replaceAll(/"[^"]*"?/g, "");
  return brackets.split(/[[{]/).length > brackets.split(/[\]}]/).length;
}

function errorIn(json: unknown): ReportedError | undefined {
  const first = (Array.isArray(json) ? json[0] : json) as Json | undefined;
  if (isError(first)) return reportedError(first);
  // As OpenRouter reports a failed choice, and Cohere a failed answer.
  const failed = [...listAt(first, "choices"), first].find((end) => isFailedEnd(end?.["finish_reason"]));
  return failed && reportedError(failed);
}
