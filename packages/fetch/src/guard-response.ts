/** Returns an answer with its body under guard. */
import type { Call } from "@evenkeel/core";
import { guardBody } from "./guard-body.ts";
import type { OpenBody } from "./open-body.ts";
import type { RaiseOptions } from "./raise-options.ts";
import { release } from "./reader-of.ts";
import { rebuild } from "./rebuild.ts";
import type { FetchRequest } from "./request.ts";

/**
 * Returns `response` with a guarded body: first the chunks in `head`, then the rest.
 * @throws The signal's reason, if the call's signal has aborted. The body is then cancelled.
 */
export function guardResponse(
  call: Call<FetchRequest>,
  response: Response,
  body: OpenBody,
  options: RaiseOptions,
): Response {
  const { signal } = call;
  if (signal.aborted) {
    release(body.reader, signal.reason);
    throw signal.reason;
  }
  return rebuild(response, guardBody(call, body, options));
}
