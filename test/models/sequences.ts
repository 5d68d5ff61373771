/** The number of sequences that a model is tested with, and their seed. */
import type { Parameters } from "fast-check";

/**
 * A few sequences in the unit tests, 10,000 in `npm run test:models`, and more on demand:
 * `FAST_CHECK_RUNS=1000000 npm run test:models`. They are the same each time, unless `FAST_CHECK_SEED` is set.
 */
export function sequences(): Parameters<unknown> {
  const { FAST_CHECK_RUNS: runs = "500", FAST_CHECK_SEED: seed = "7" } = process.env;
  return { numRuns: Number(runs), seed: Number(seed) };
}
