/** Turns a failed response into an error. */
import type { Call } from "@evenkeel/core";
import { mayBeEmpty } from "./expects-data.ts";
import { failedStatus } from "./failed-status.ts";
import { HttpError } from "./http-error.ts";
import { join } from "./join.ts";
import type { RaiseOptions } from "./raise-options.ts";
import { readHead } from "./read-head.ts";
import { readerOf, release, type BodyReader } from "./reader-of.ts";
import { rebuild } from "./rebuild.ts";
import type { FetchRequest } from "./request.ts";
import { textOf } from "./text-of.ts";

/**
 * Reads the body of a failed response, up to the limits on its size and time, to classify the failure and to hand the body back.
 * Returns the response if it is not a failure after all.
 * @throws {HttpError} The response is a failure.
 */
export async function raiseFailure(
  call: Call<FetchRequest>,
  response: Response,
  options: RaiseOptions,
): Promise<Response> {
  const { status, headers } = response;
  if (status > 599) return response; // the `Response` constructor refuses such a status
  const body = response.body && (await readErrorBody(call, status, readerOf(response.body), options));
  // Where responses have no `body` at all, as in React Native, only their methods read it.
  const text = body ? textOf(body) : body === undefined ? await response.text() : "";
  const answer = { status, headers, body: text, url: call.input.url };
  const verdict = options.classifyResponse(answer, { now: options.clock.now() });
  const isSuccess = status < 400;
  // For some servers HTML is the default content type, even of an empty body.
  if (isSuccess && text === "" && mayBeEmpty(response)) return rebuild(response, body);
  const rebuilt = rebuild(
    response,
    body ?? (text || null),
    isSuccess ? { status: failedStatus(verdict), statusText: "" } : {},
  );
  // A gateway that forwards a cut body with its old length would promise more than it sends. A compressed body's length cannot be compared.
  const isPlain = !headers.has("content-encoding");
  if (isPlain && body && Number(headers.get("content-length")) > body.length) rebuilt.headers.delete("content-length");
  if (verdict.action === "accept") return rebuilt;
  throw new HttpError(rebuilt, verdict);
}

async function readErrorBody(
  call: Call<FetchRequest>,
  status: number,
  reader: BodyReader,
  { clock, maxErrorBody, errorBodyTimeout }: RaiseOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const stop = clock.after(errorBodyTimeout, () => release(reader));
  try {
    const { chunks, isWhole } = await readHead(reader, call.signal, maxErrorBody);
    if (!isWhole) release(reader);
    return join(chunks);
  } catch (error) {
    if (call.signal.aborted || status < 400) throw error;
    return new Uint8Array(); // the status alone is enough
  } finally {
    stop();
  }
}
