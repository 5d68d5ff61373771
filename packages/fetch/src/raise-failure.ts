/** Makes an error of a response that is a failure as a whole. */
import type { Call } from "@evenkeel/core";
import { maySayNothing } from "./expects-data.ts";
import { failedStatus } from "./failed-status.ts";
import { HttpError } from "./http-error.ts";
import type { RaiseOptions } from "./raise-options.ts";
import { join, readerOf, readHead, textOf, type BodyReader } from "./read-head.ts";
import { isBuildable, rebuild } from "./rebuild.ts";
import type { FetchRequest } from "./request.ts";

/** Buffers a failed response's body, bounded in size and time, to judge it and to hand it back. */
export async function raiseFailure(
  call: Call<FetchRequest>,
  response: Response,
  options: RaiseOptions,
): Promise<Response> {
  if (!isBuildable(response.status)) return response;
  const body = response.body && (await readErrorBody(call, response.status, readerOf(response.body), options));
  const { status, headers } = response;
  const text = body ? textOf(body) : "";
  const { url } = call.input;
  const verdict = options.classifyResponse({ status, headers, body: text, url }, { now: options.clock.now() });
  const isSuccess = status < 400;
  // Some servers call everything a page that is not called otherwise.
  if (isSuccess && text === "" && maySayNothing(response)) return rebuild(response, body);
  const rebuilt = rebuild(
    response,
    body,
    isSuccess ? { status: failedStatus[verdict.kind] ?? 502, statusText: "" } : {},
  );
  // A gateway that passed on the length of a body that was cut would promise more than it sends. The length of a compressed one says nothing.
  const isPlain = !headers.has("content-encoding");
  if (isPlain && body && Number(headers.get("content-length")) > body.length) rebuilt.headers.delete("content-length");
  if (verdict.action === "accept") return rebuilt;
  throw new HttpError(rebuilt, verdict);
}

async function readErrorBody(
  call: Call<FetchRequest>,
  status: number,
  reader: BodyReader,
  { clock, errorBody }: RaiseOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const stop = clock.after(errorBody.ms, () => void reader.cancel().catch(() => {}));
  try {
    const { chunks, isWhole } = await readHead(reader, call.signal, errorBody.bytes);
    if (!isWhole) reader.cancel().catch(() => {});
    return join(chunks);
  } catch (error) {
    if (call.signal.aborted || status < 400) throw error;
    return new Uint8Array(); // the status alone tells enough
  } finally {
    stop();
  }
}
