/** A wait that an abort ends at once. */
import type { Clock } from "./clock.ts";
import { listenForAbort } from "./on-abort.ts";

/**
 * Waits `ms` milliseconds. Sets no timer if `ms` is 0 or less.
 * @throws The signal's reason, as soon as it aborts.
 */
export function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.reject(signal.reason);
  if (!(ms > 0)) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const listening = listenForAbort(signal, {
      abort(reason) {
        stopTimer();
        reject(reason);
      },
    });
    const stopTimer = clock.after(ms, () => {
      listening?.leave();
      resolve();
    });
  });
}
