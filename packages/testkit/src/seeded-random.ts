/** Reproducible randomness. */
import { checkNumber, type Random } from "@evenkeel/core";

/**
 * Returns a source of random numbers in [0, 1), with the same sequence for the same seed: mulberry32 (Tommy Ettinger, public domain).
 * @throws {RangeError | TypeError} `seed` is not an integer from 0 to 2^32 - 1.
 */
export function seededRandom(seed: number): Random {
  let state = checkNumber("seed", seed, { integer: true, max: 2 ** 32 - 1 }) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
