/** Ends the wait for an operation that is deaf to its signal. */
import { onAbort } from "./on-abort.ts";

/**
 * Settles as `promise` does, or rejects with the signal's reason as soon as it aborts, whichever comes first.
 * The promise itself goes on; its late rejection is not reported as unhandled.
 */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stopListening = onAbort(signal, reject);
    void promise.then(resolve, reject).then(stopListening);
  });
}
