/** Combines layers into one. */
import type { Call, Middleware, MiddlewareFor, Next } from "./call.ts";
import { checkFunction } from "./check.ts";
import { layer, type Layer } from "./layer.ts";

/**
 * Composes layers into a pipeline, which is itself a layer. The first layer is the outermost.
 * @throws {TypeError} One of `layers` is not a function.
 */
export function compose(...layers: Middleware[]): Layer {
  checkLayers(layers);
  return layer(function pipeline<I, O>(call: Call<I>, next: Next<I, O>): Promise<O> {
    return bind<I, O>(layers, next)(call);
  });
}

/** @throws {TypeError} One of `layers` is not a function. */
export function checkLayers(layers: readonly unknown[]): void {
  layers.forEach((each, index) => checkFunction(`layers[${index}]`, each));
}

/** Wraps the layers around an operation, from the innermost out. */
export function bind<I, O>(layers: readonly MiddlewareFor<I, O>[], operation: Next<I, O>): Next<I, O> {
  return layers.reduceRight<Next<I, O>>((next, outer) => (call) => outer(call, next), operation);
}
