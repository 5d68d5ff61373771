/** Binds layers around an operation once, to be called often. */
import { begin } from "./begin.ts";
import type { CallInit, MiddlewareFor, Next } from "./call.ts";
import { bind, checkLayers } from "./compose.ts";
import { promised } from "./promised.ts";

/** An operation without input does not demand one. */
type Input<I> = [input: I, init?: CallInit | undefined] | (undefined extends I ? [] : never);

/**
 * Wraps an operation in layers, the first being the outermost, and returns a function of the operation's input.
 * @example
 * const ask = wrap((call: Call<string>) => complete(call.input, { signal: call.signal }), retry(), timeout(30_000));
 * const answer = await ask("What keeps a boat upright?");
 * @throws {TypeError} The operation or a layer is no function.
 */
export function wrap<I, O>(
  operation: Next<I, O>,
  ...layers: MiddlewareFor<NoInfer<I>, NoInfer<O>>[]
): (...args: Input<I>) => Promise<O> {
  checkLayers(layers);
  const next = bind(layers, promised<I, O>(operation));
  return (input?: I, init?: CallInit) => begin(next, input as I, init);
}
