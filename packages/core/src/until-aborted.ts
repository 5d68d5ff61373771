/** Ends the wait for an operation that is deaf to its signal. */

/**
 * Settles as `promise` does, or rejects with the signal's reason as soon as it aborts, whichever comes first.
 * The promise itself goes on; its late rejection is not reported as unhandled.
 */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    const settled = (): void => signal.removeEventListener("abort", onAbort);
    promise.then(resolve, reject).then(settled);
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  });
}
