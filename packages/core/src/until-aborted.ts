/** Stops waiting for an operation that ignores its signal. */
import { onAbort } from "./on-abort.ts";

/**
 * Settles like `promise`, or rejects with the signal's reason as soon as that aborts, whichever comes first.
 * The operation itself goes on. If it rejects later, that is not reported as unhandled.
 */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stopListening = onAbort(signal, reject);
    void promise.then(resolve, reject).then(stopListening);
  });
}
