/** Turns any function into an operation. */
import type { Call, Next } from "./call.ts";
import { checkFunction } from "./check.ts";

/**
 * Makes `operation` always return a promise: a value resolves, a synchronous throw rejects. A native promise is returned as it is.
 * @throws {TypeError} `operation` is not a function.
 */
export function promised<I, O>(operation: (call: Call<I>) => O | PromiseLike<O>): Next<I, O> {
  checkFunction("operation", operation);
  return (call) => {
    try {
      return Promise.resolve(operation(call));
    } catch (error) {
      return Promise.reject(error);
    }
  };
}
