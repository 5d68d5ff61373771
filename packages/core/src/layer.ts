/** Makes a middleware usable on its own. */
import { begin } from "./begin.ts";
import type { Call, CallInit, Middleware } from "./call.ts";
import { checkFunction } from "./check.ts";
import { promised } from "./promised.ts";

/** A middleware that can also run an operation on its own, without a pipeline. */
export interface Layer extends Middleware {
  /**
   * Runs `operation` through this layer.
   * @throws What the operation or the layer throws, or the reason of `init.signal` once that aborts.
   */
  run<O>(operation: (call: Call<undefined>) => O | PromiseLike<O>, init?: CallInit): Promise<O>;
}

/**
 * Adds `run` and the given properties to `middleware` itself, and freezes it. Getters stay getters.
 * @throws {TypeError} `middleware` is not a function.
 */
export function layer<P extends object>(middleware: Middleware, properties?: P): Layer & Readonly<P> {
  checkFunction("middleware", middleware);
  const run: Layer["run"] = (operation, init) =>
    begin((call: Call<undefined>) => middleware(call, promised(operation)), undefined, init);
  Object.defineProperties(middleware, {
    // Descriptors, because copying the values would evaluate the getters.
    ...Object.getOwnPropertyDescriptors(properties ?? {}),
    run: { value: run, enumerable: true },
  });
  return Object.freeze(middleware) as Layer & Readonly<P>;
}
