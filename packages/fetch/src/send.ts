/** The operation below all layers: sends one attempt, and throws what is not an answer. */
import { about, isTimeout, judge, type Call, type Next, type Verdict } from "@evenkeel/core";
import { timeout } from "@evenkeel/timeout";
import type { AttemptEvent } from "./fetch-event.ts";
import type { RaiseOptions } from "./raise-options.ts";
import { raise } from "./raise.ts";
import type { FetchRequest } from "./request.ts";

/** Returns the operation that sends an attempt and resolves at the first content of its answer. */
export function send(options: RaiseOptions): Next<FetchRequest, Response> {
  const { clock } = options;
  const headersWithin = timeout(({ input }) => (input as FetchRequest).limits.headers ?? Infinity, {
    label: "headers",
    clock,
  });

  /** Sends the request as it is. The global fetch is looked up on each attempt, so that a mock installed later is used. */
  async function transmit(call: Call<FetchRequest>): Promise<Response> {
    const { fetch = globalThis.fetch, url, init } = call.input;
    const { signal } = call;
    const response = await fetch(url, { ...init, signal });
    // A fetch that ignores its signal may answer after the limit for the headers, when nobody waits: `raise` then cancels the answer.
    return signal.aborted ? raise(call, response, options) : response;
  }

  return async function send(call) {
    // A consumed body cannot be sent again, even if a layer above retries.
    if (call.attempt > 1 && !call.input.replayable) throw call.work.root.lastError;
    const sentAt = clock.now();
    let response: Response | undefined;
    let verdict: Verdict | undefined;
    try {
      response = await headersWithin(call, transmit);
      return await raise(call, response, options);
    } catch (error) {
      verdict = call.emit && verdictOn(call, error); // not told by the error, which may be undefined
      throw error;
    } finally {
      call.emit?.({
        type: "attempt",
        ...about(call),
        duration: clock.now() - sentAt,
        status: response?.status,
        verdict,
      } satisfies AttemptEvent as AttemptEvent);
    }
  };
}

/**
 * Whether, and why, the attempt was aborted is read from the signal: the reason of a caller's abort may be anything, even an error that
 * looks like the upstream's, and some fetches, such as `node-fetch`, throw an `AbortError` of their own whatever the reason.
 */
function verdictOn(call: Call, failure: unknown): Verdict {
  const { aborted, reason } = call.signal;
  if (!aborted) return judge(call, failure);
  return isTimeout(reason) ? judge(call, reason) : cancelled;
}

const cancelled: Verdict = { action: "stop", kind: "cancelled", processed: "maybe", health: "neutral" };
