/** Makes a middleware that also runs an operation by itself. */
import { begin } from "./begin.ts";
import type { Call, CallInit, Middleware } from "./call.ts";
import { checkFunction } from "./check.ts";
import { promised } from "./promised.ts";

/** A middleware that also runs an operation by itself, without a pipeline around it. */
export interface Layer extends Middleware {
  /**
   * Runs `operation` under this layer alone.
   * @throws What the operation throws, what the layer refuses with, or the reason of `init.signal`, as it was given.
   */
  run<O>(operation: (call: Call<undefined>) => O | PromiseLike<O>, init?: CallInit): Promise<O>;
}

/**
 * Gives `middleware` itself a `run` and read-only properties, which may be getters.
 * @throws {TypeError} It is no function.
 */
export function layer<P extends object>(middleware: Middleware, properties?: P): Layer & Readonly<P> {
  checkFunction("middleware", middleware);
  const run: Layer["run"] = (operation, init) =>
    begin((call: Call<undefined>) => middleware(call, promised(operation)), undefined, init);
  Object.defineProperties(middleware, {
    // As descriptors: a copy would read the getters, once and for all.
    ...Object.getOwnPropertyDescriptors(properties ?? {}),
    run: { value: run, enumerable: true },
  });
  return Object.freeze(middleware) as Layer & Readonly<P>;
}
