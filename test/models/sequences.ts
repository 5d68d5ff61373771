/** How many sequences a model is tried with, and which ones. */
import type { Parameters } from "fast-check";

/**
 * A few sequences where all tests run, 10,000 by `npm run test:models`, and more on demand:
 * `FAST_CHECK_RUNS=1000000 npm run test:models`. They are the same each time, unless `FAST_CHECK_SEED` asks for others.
 */
export function sequences(): Parameters<unknown> {
  const { FAST_CHECK_RUNS: runs = "500", FAST_CHECK_SEED: seed = "7" } = process.env;
  return { numRuns: Number(runs), seed: Number(seed) };
}
