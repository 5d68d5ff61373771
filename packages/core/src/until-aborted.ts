/** Stops waiting for an operation that ignores its signal. */
import { listenForAbort } from "./on-abort.ts";
import type { EndWork, Work } from "./work.ts";

/**
 * Settles like `promise`, or rejects with the signal's reason as soon as that aborts, whichever comes first.
 * The operation itself goes on. If it rejects later, that is not reported as unhandled.
 * @param work Held from the abort until the promise settles, so that a permit is not released while the operation goes on.
 */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal, work?: Work): Promise<T> {
  return new Promise((resolve, reject) => {
    let endWork: EndWork | undefined;
    const listening = listenForAbort(signal, {
      abort(reason) {
        endWork = work?.hold();
        reject(reason);
      },
    });
    function settled(): void {
      listening?.leave();
      endWork?.();
    }
    void promise.then(resolve, reject).then(settled);
  });
}
