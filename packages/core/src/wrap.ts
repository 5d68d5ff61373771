/** Binds layers around an operation once, to be called often. */
import { startCall, type Call, type CallInit, type MiddlewareFor, type Next } from "./call.ts";
import { checkFunction } from "./check.ts";
import { bind } from "./compose.ts";
import { promised } from "./promised.ts";

/** An operation without input does not demand one. */
type Input<I> = undefined extends I ? [input?: I, init?: CallInit] : [input: I, init?: CallInit];

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
  checkFunction("operation", operation);
  layers.forEach((each, index) => checkFunction(`layers[${index}]`, each));
  const pipeline = bind(layers, promised<I, O>(operation));
  return (input?: I, init?: CallInit) => {
    const call: Call<I> = startCall(input as I, init);
    return call.signal.aborted ? Promise.reject(call.signal.reason) : pipeline(call);
  };
}
