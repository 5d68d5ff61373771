/** Begins a call. */
import { startCall, type CallInit, type Next } from "./call.ts";

/** Sends `input` to `next`. Whatever goes wrong rejects; where the signal has aborted, nothing is begun. */
export function begin<I, O>(next: Next<I, O>, input: I, init?: CallInit): Promise<O> {
  try {
    const call = startCall(input, init);
    return call.signal.aborted ? Promise.reject(call.signal.reason) : Promise.resolve(next(call));
  } catch (error) {
    return Promise.reject(error);
  }
}
