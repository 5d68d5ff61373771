/** Makes any function an operation. */
import type { Call, Next } from "./call.ts";
import { checkFunction } from "./check.ts";

/**
 * An operation that throws synchronously rejects, and so leaks nothing. A native promise is handed on as it is.
 * @throws {TypeError} It is no function.
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
