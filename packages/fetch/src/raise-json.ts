/** Reads a JSON answer whole before it is handed on. */
import type { Call } from "@evenkeel/core";
import { expectsAnswer, expectsData, maySayNothing } from "./expects-data.ts";
import { guarded } from "./guarded.ts";
import { isFailed, type Json, type ReportedError } from "./protocols/protocol.ts";
import type { RaiseOptions } from "./raise-options.ts";
import { join, readHead, textOf, type BodyReader } from "./read-head.ts";
import { rebuild } from "./rebuild.ts";
import { judgeReported, reportedFailure } from "./reported-failure.ts";
import type { FetchRequest } from "./request.ts";
import { StreamError, truncated } from "./stream-error.ts";

/** Reads a JSON answer of ordinary size whole: so a cut is retried, and an error with status 200 is seen. */
export async function raiseJson(
  call: Call<FetchRequest>,
  response: Response,
  reader: BodyReader,
  options: RaiseOptions,
): Promise<Response> {
  const { chunks, isWhole } = await readHead(reader, call.signal, options.peek, beginsStream());
  if (!isWhole) return guarded(call, response, { reader, head: chunks }, options);
  const body = join(chunks);
  const text = textOf(body).trim();
  const isMissing = text === "" && !maySayNothing(response) && expectsData(call.input);
  if (isMissing || (response.status !== 206 && isCut(text))) {
    const delivered = { bytes: body.byteLength, chunks: chunks.length };
    throw new StreamError("The body ended inside its JSON", truncated, delivered);
  }
  const reported = expectsAnswer(call.input) ? errorIn(text) : undefined;
  if (reported) throw reportedFailure(response, reported, judgeReported(call, reported, options));
  return rebuild(response, body);
}

/** A list that does not begin with an error, two lines of JSON each, or server-sent events. */
const streamed = /^\s*(\[\s*([^\s{]|\{\s*("(?!error")[^"]*"|\}))|\{.*\}\r?\n\s*\{|(data|event|id|retry)?:)/;

/** How many bytes of the beginning are looked at: enough for a first line, and little to pay. */
const tellingLength = 4_096;

/** Tells from its chunks whether what is called JSON is a stream, as Gemini's lists are, and other servers' lines: it is not held back. */
function beginsStream(): (chunk: Uint8Array) => boolean {
  let head = "";
  return (chunk) => head.length < tellingLength && streamed.test((head += textOf(chunk.subarray(0, tellingLength))));
}

function isCut(text: string): boolean {
  return (text.startsWith("{") && !text.endsWith("}")) || (text.startsWith("[") && !text.endsWith("]"));
}

function errorIn(text: string): ReportedError | undefined {
  if (!text.includes('"error"')) return undefined;
  try {
    const json: unknown = JSON.parse(text);
    const first = (Array.isArray(json) ? json[0] : json) as Json | undefined;
    return isFailed(first) ? first : undefined;
  } catch {
    return undefined;
  }
}
