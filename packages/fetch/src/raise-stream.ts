/** Holds back a stream until its first content. */
import type { Call } from "@evenkeel/core";
import { notifies } from "./expects-data.ts";
import { guardResponse } from "./guard-response.ts";
import type { RaiseOptions } from "./raise-options.ts";
import { readHead } from "./read-head.ts";
import { release, type BodyReader } from "./reader-of.ts";
import { rebuild } from "./rebuild.ts";
import { reportedFailure } from "./reported-failure.ts";
import type { FetchRequest } from "./request.ts";
import { StreamError, truncated } from "./stream-error.ts";
import type { StreamProgress } from "./stream-progress.ts";

/**
 * Waits for the first content of a stream: until then a failure can be retried, and never after.
 * @throws {HttpError} The stream began with an error.
 * @throws {StreamError} The stream ended without any content.
 */
export async function raiseStream(
  call: Call<FetchRequest>,
  response: Response,
  reader: BodyReader,
  progress: StreamProgress,
  options: RaiseOptions,
): Promise<Response> {
  const atFirstEvent = call.input.commitsAt === "event";
  const isEnough = (chunk: Uint8Array): boolean =>
    progress.take(chunk) || progress.error !== undefined || (atFirstEvent && progress.hasEvents);
  const { chunks, bytes, isWhole } = await readHead(reader, call.signal, options.peek, isEnough);
  if (isWhole) progress.end();
  if (progress.error && !progress.hasContent) {
    release(reader);
    throw reportedFailure(call, response, progress.error, options);
  }
  // A 202 may be a mere acknowledgement; a 200 must have an answer.
  const mayBeEmpty = response.status !== 200 || (bytes === 0 && notifies(call.input));
  const { missing } = progress;
  if (isWhole && missing) {
    if (bytes === 0 && mayBeEmpty) return rebuild(response, "");
    throw new StreamError(`The stream ended without ${missing}`, truncated, { bytes, chunks: chunks.length });
  }
  return guardResponse(call, response, { reader, head: chunks, progress, mayBeEmpty }, options);
}
