/** Estimates how long an answer may take from its size and that of the prompt. */
import { checkNumber, checkOptions } from "@evenkeel/core";

export interface EstimateOptions {
  /** The number of tokens in the prompt: about a quarter of its characters. @default 0 */
  readonly inputTokens?: number | undefined;
  /** The largest number of tokens in the answer. @default 0 */
  readonly outputTokens?: number | undefined;
  /** Time that does not depend on size (connecting, queueing, the first token), in ms. @default 15_000 */
  readonly base?: number | undefined;
  /** Prompt tokens processed per second. @default 1_000 */
  readonly inputRate?: number | undefined;
  /** Answer tokens generated per second. @default 20 */
  readonly outputRate?: number | undefined;
}

/**
 * Returns a time limit, in ms, for an answer that is not streamed: `base + 1_000 * (inputTokens / inputRate + outputTokens / outputRate)`.
 * The default rates are deliberately low, because a limit should end calls that hang, not calls that are slow: Anthropic's SDK, for
 * example, expects 128,000 tokens an hour, which is 36 a second.
 * @example
 * timeout((call) => estimateTimeout({ inputTokens: 2_000, outputTokens: 1_000 }) * call.attempt);
 * @throws {RangeError | TypeError} An option is invalid.
 */
export function estimateTimeout({
  inputTokens = 0,
  outputTokens = 0,
  base = 15_000,
  inputRate = 1_000,
  outputRate = 20,
}: EstimateOptions = {}): number {
  checkOptions(arguments[0]);
  checkNumber("base", base);
  checkNumber("inputTokens", inputTokens);
  checkNumber("outputTokens", outputTokens);
  checkNumber("inputRate", inputRate, { exclusive: true });
  checkNumber("outputRate", outputRate, { exclusive: true });
  return Math.ceil(base + 1_000 * (inputTokens / inputRate + outputTokens / outputRate));
}
