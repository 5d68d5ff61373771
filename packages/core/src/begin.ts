/** Starts a call at the outer end of a pipeline. */
import { startCall, type CallInit, type Next } from "./call.ts";

/** Calls `next` with a first attempt at `input`. Never throws synchronously; does not call `next` if the signal has already aborted. */
export function begin<I, O>(next: Next<I, O>, input: I, init?: CallInit): Promise<O> {
  try {
    const call = startCall(input, init);
    return call.signal.aborted ? Promise.reject(call.signal.reason) : Promise.resolve(next(call));
  } catch (error) {
    return Promise.reject(error);
  }
}
