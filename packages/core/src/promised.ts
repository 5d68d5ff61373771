/** Makes calling a function safe: it always returns a promise. */
import type { Call, Next } from "./call.ts";
import { checkFunction } from "./check.ts";

/** Calls `next`: a value resolves, a synchronous throw rejects. A native promise is returned as it is. */
export function invoke<I, O>(next: (call: Call<I>) => O | PromiseLike<O>, call: Call<I>): Promise<O> {
  try {
    return Promise.resolve(next(call));
  } catch (error) {
    return Promise.reject(error);
  }
}

/**
 * Makes `operation` always return a promise, as `invoke` does.
 * @throws {TypeError} `operation` is not a function.
 */
export function promised<I, O>(operation: (call: Call<I>) => O | PromiseLike<O>): Next<I, O> {
  checkFunction("operation", operation);
  return (call) => invoke(operation, call);
}
