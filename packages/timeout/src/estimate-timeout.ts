/** Guesses how long an answer may take from the size of its question. */
import { checkNumber } from "@evenkeel/core";

export interface EstimateOptions {
  /** Tokens of the prompt; about a quarter of its characters. @default 0 */
  readonly inputTokens?: number | undefined;
  /** Tokens that the answer may have at most. @default 0 */
  readonly outputTokens?: number | undefined;
  /** Milliseconds for what does not depend on size: connecting, queueing, the first token. @default 15_000 */
  readonly base?: number | undefined;
  /** Prompt tokens read per second. @default 1_000 */
  readonly inputRate?: number | undefined;
  /** Answer tokens written per second. @default 20 */
  readonly outputRate?: number | undefined;
}

/**
 * Returns a limit in milliseconds for an answer that comes in one piece: `base + inputTokens / inputRate + outputTokens / outputRate`.
 * The defaults are slow on purpose, for a limit has to cut what hangs and not what is slow: Anthropic's SDK, for one, reckons with
 * 128,000 tokens an hour, which is 36 a second.
 * @example
 * timeout((call) => estimateTimeout({ inputTokens: 2_000, outputTokens: 1_000 }) * call.attempt);
 * @throws {RangeError | TypeError} An option is no number in range.
 */
export function estimateTimeout({
  inputTokens = 0,
  outputTokens = 0,
  base = 15_000,
  inputRate = 1_000,
  outputRate = 20,
}: EstimateOptions = {}): number {
  checkNumber("base", base);
  checkNumber("inputTokens", inputTokens);
  checkNumber("outputTokens", outputTokens);
  checkNumber("inputRate", inputRate, { exclusive: true });
  checkNumber("outputRate", outputRate, { exclusive: true });
  return Math.ceil(base + 1_000 * (inputTokens / inputRate + outputTokens / outputRate));
}
