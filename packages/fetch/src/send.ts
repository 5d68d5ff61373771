/** The operation at the bottom: sends one attempt, and raises what is no answer. */
import { judge, type Next } from "@evenkeel/core";
import { about, type AttemptEvent } from "./fetch-event.ts";
import type { RaiseOptions } from "./raise-options.ts";
import { raise } from "./raise.ts";
import type { FetchRequest } from "./request.ts";

/** Returns the operation that sends an attempt and resolves at the first content of its answer. */
export function send(options: RaiseOptions): Next<FetchRequest, Response> {
  return async function send(call) {
    const { fetch = globalThis.fetch, url, init } = call.input; // looked up at each attempt: a mock installed later is seen
    // A body that is gone cannot be sent again, whatever a layer above believes.
    if (call.attempt > 1 && !call.input.replayable) throw call.work.root.lastError;
    const sentAt = options.clock.now();
    let response: Response | undefined;
    let failure: unknown;
    try {
      response = await fetch(url, { ...init, signal: call.signal });
      return await raise(call, response, options);
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      call.emit?.({
        type: "attempt",
        ...about(call),
        duration: options.clock.now() - sentAt,
        status: response?.status,
        verdict: failure === undefined ? undefined : judge(call, failure),
      } as AttemptEvent);
    }
  };
}
