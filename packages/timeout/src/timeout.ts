/** Limits how long a call may take to settle. */
import {
  about,
  checkFunction,
  checkNumber,
  checkOptions,
  invoke,
  layer,
  link,
  systemClock,
  type Call,
  type Clock,
  type EndWork,
  type Layer,
  type Next,
} from "@evenkeel/core";
import { TimeoutError, type TimeoutLabel } from "./timeout-error.ts";
import type { TimeoutEvent } from "./timeout-event.ts";

export interface TimeoutOptions {
  /** Names this limit in errors and events, to tell nested limits apart. @default "timeout" */
  readonly label?: TimeoutLabel | undefined;
  /** The clock for the limit. @default systemClock */
  readonly clock?: Clock | undefined;
}

/**
 * If a timer fires later than this, in ms, the process was busy or suspended. An answer that came meanwhile has been paid for, so it is
 * read before the limit applies: the event loop runs timers first.
 */
const lateness = 10;

/**
 * Gives up on a call that has not settled within `limit` ms: aborts its signal with a `TimeoutError`, and rejects with that same error
 * even if the operation ignores its signal; the work is then held until the operation has actually ended.
 * Never aborts after success: a streamed body continues, and the caller's abort still reaches it.
 * @param limit The limit in ms, `Infinity` for none, or a function of the call that returns it, for example to allow later attempts more.
 * @example
 * const answer = await timeout(30_000).run(({ signal }) => fetch("https://api.example.com", { signal }));
 * @throws {TimeoutError} The call exceeded the limit.
 * @throws {RangeError | TypeError} `limit` is not a number >= 0. If a function returned it, the call rejects with this error.
 */
export function timeout(
  limit: number | ((call: Call) => number),
  { label = "timeout", clock = systemClock }: TimeoutOptions = {},
): Layer {
  checkOptions(arguments[1]);
  if (typeof limit !== "function") checkNumber("limit", limit);
  checkFunction("clock.after", clock?.after);

  return layer(function timeout<I, O>(call: Call<I>, next: Next<I, O>): Promise<O> {
    const ms = typeof limit === "function" ? checkNumber("limit()", limit(call)) : limit;
    if (call.signal.aborted) return Promise.reject(call.signal.reason);
    if (ms === Infinity) return next(call);

    return new Promise((resolve, reject) => settleWithin(ms, call, next, resolve, reject));
  });

  /** Not inside the promise's executor: closures made there would keep its scope alive for as long as the operation takes. */
  function settleWithin<I, O>(
    ms: number,
    call: Call<I>,
    next: Next<I, O>,
    resolve: (result: O) => void,
    reject: (error: unknown) => void,
  ): void {
    const { work } = call;
    let end = clock.now() + ms;
    let endWork: EndWork | undefined;

    const own = link(call.signal, function giveUp(reason) {
      stopTimer();
      endWork = work.hold();
      reject(reason);
    });
    let stopTimer = clock.after(ms, function expire() {
      if (clock.now() > end + lateness) {
        end = Infinity;
        stopTimer = clock.after(0, expire);
        return;
      }
      own.abort(new TimeoutError(ms, label, work.root.lastError));
      call.emit?.({
        type: "timeout",
        ...about(call),
        label,
        limit: ms,
      } satisfies TimeoutEvent as TimeoutEvent);
    });
    function succeed(result: O): void {
      if (endWork) return endWork();
      stopTimer();
      own.settle(work, result);
      resolve(result);
    }
    function fail(error: unknown): void {
      if (endWork) return endWork();
      stopTimer();
      own.settle(work);
      reject(error);
    }

    const attempt = { ...call, signal: own.signal, deadline: Math.min(call.deadline, end) };
    void invoke(next, attempt).then(succeed, fail);
  }
}
