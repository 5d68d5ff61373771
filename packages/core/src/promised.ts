/** Makes any function an operation. */
import type { Call, Next } from "./call.ts";

/** An operation that throws synchronously rejects, and so leaks nothing. A native promise is handed on as it is. */
export function promised<I, O>(operation: (call: Call<I>) => O | PromiseLike<O>): Next<I, O> {
  return (call) => {
    try {
      return Promise.resolve(operation(call));
    } catch (error) {
      return Promise.reject(error);
    }
  };
}
