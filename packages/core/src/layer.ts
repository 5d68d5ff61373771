/** Makes a middleware that also runs an operation by itself. */
import { startCall, type Call, type CallInit, type Middleware } from "./call.ts";
import { promised } from "./promised.ts";

/** A middleware that also runs an operation by itself, without a pipeline around it. */
export interface Layer extends Middleware {
  /**
   * Runs `operation` under this layer alone.
   * @throws What the operation throws, what the layer refuses with, or the reason of `init.signal`, as it was given.
   */
  run<O>(operation: (call: Call<undefined>) => O | PromiseLike<O>, init?: CallInit): Promise<O>;
}

/** Gives `middleware` a `run` and read-only properties. */
export function layer<P extends object>(middleware: Middleware, properties?: P): Layer & Readonly<P> {
  const run: Layer["run"] = (operation, init) => {
    const call = startCall(undefined, init);
    if (call.signal.aborted) return Promise.reject(call.signal.reason);
    return middleware(call, promised(operation));
  };
  Object.defineProperties(middleware, Object.getOwnPropertyDescriptors({ ...properties, run }));
  return Object.freeze(middleware) as Layer & Readonly<P>;
}
