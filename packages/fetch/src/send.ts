/** The operation at the bottom: sends one attempt, and raises what is no answer. */
import { isTimeout, judge, type Call, type Next, type Verdict } from "@evenkeel/core";
import { timeout } from "@evenkeel/timeout";
import { about, type AttemptEvent } from "./fetch-event.ts";
import type { RaiseOptions } from "./raise-options.ts";
import { raise } from "./raise.ts";
import type { FetchRequest } from "./request.ts";

/** Sends a request as it is, with the fetch that is there now: a mock installed later is seen. */
const transmit: Next<FetchRequest, Response> = ({ input: { fetch = globalThis.fetch, url, init }, signal }) =>
  Promise.resolve(fetch(url, { ...init, signal })); // a mock may answer at once

/** Returns the operation that sends an attempt and resolves at the first content of its answer. */
export function send(options: RaiseOptions): Next<FetchRequest, Response> {
  const { clock } = options;
  const headersWithin = timeout(({ input }) => (input as FetchRequest).limits.headers ?? Infinity, {
    label: "headers",
    clock,
  });

  return async function send(call) {
    // A body that is gone cannot be sent again, whatever a layer above believes.
    if (call.attempt > 1 && !call.input.replayable) throw call.work.root.lastError;
    const sentAt = clock.now();
    let response: Response | undefined;
    let failure: unknown;
    try {
      response = await headersWithin(call, transmit);
      return await raise(call, response, options);
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      call.emit?.({
        type: "attempt",
        ...about(call),
        duration: clock.now() - sentAt,
        status: response?.status,
        verdict: failure === undefined ? undefined : verdictOn(call, failure),
      } as AttemptEvent);
    }
  };
}

/** Who gave up is told from the signal: a caller may abort with anything, an error that looks like the upstream's included. */
function verdictOn(call: Call, failure: unknown): Verdict {
  const { aborted, reason } = call.signal;
  return aborted && !isTimeout(reason) ? cancelled : judge(call, failure);
}

const cancelled: Verdict = { action: "stop", kind: "cancelled", processed: "maybe", health: "neutral" };
