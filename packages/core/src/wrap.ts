/** Binds layers to an operation once, for any number of calls. */
import { begin } from "./begin.ts";
import type { Call, CallInit, MiddlewareFor } from "./call.ts";
import { bind, checkLayers } from "./compose.ts";
import { promised } from "./promised.ts";

/** Lets the input be left out if the operation takes none. */
type Input<I> = [input: I, init?: CallInit | undefined] | (undefined extends I ? [] : never);

/**
 * Wraps an operation in layers, the first being the outermost. Returns a function that takes the operation's input.
 * @example
 * const ask = wrap((call: Call<string>) => complete(call.input, { signal: call.signal }), retry(), timeout(30_000));
 * const answer = await ask("What keeps a boat upright?");
 * @throws {TypeError} `operation` or one of `layers` is not a function.
 */
export function wrap<I, O>(
  operation: (call: Call<I>) => O | PromiseLike<O>,
  ...layers: MiddlewareFor<NoInfer<I>, NoInfer<O>>[]
): (...args: Input<I>) => Promise<O> {
  checkLayers(layers);
  const next = bind(layers, promised(operation));
  return (input?: I, init?: CallInit) => begin(next, input as I, init);
}
