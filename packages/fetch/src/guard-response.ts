/** Returns an answer with its body under guard. */
import type { Call } from "@evenkeel/core";
import { about, type BodyEvent } from "./fetch-event.ts";
import { guardBody, type OpenBody } from "./guard-body.ts";
import type { RaiseOptions } from "./raise-options.ts";
import { rebuild } from "./rebuild.ts";
import { judgeReported } from "./reported-failure.ts";
import type { FetchRequest } from "./request.ts";

/**
 * Returns `response` with a guarded body: first the chunks in `head`, then the rest.
 * @throws The signal's reason, if the call's signal has aborted. The body is then cancelled.
 */
export function guardResponse(
  call: Call<FetchRequest>,
  response: Response,
  { reader, head, progress }: Pick<OpenBody, "reader" | "head"> & Partial<OpenBody>,
  options: RaiseOptions,
): Response {
  const { signal } = call;
  if (signal.aborted) {
    reader.cancel(signal.reason).catch(() => {});
    throw signal.reason;
  }
  const { clock } = options;
  const startedAt = clock.now();
  const body: OpenBody = {
    reader,
    head,
    progress,
    judgeReported: (reported) => judgeReported(call, reported, options),
    ended(bytes, error) {
      call.emit?.({ type: "body", ...about(call), duration: clock.now() - startedAt, bytes, error } as BodyEvent);
    },
  };
  return rebuild(response, guardBody(call, body, options));
}
