/** Draws faults by chance, for servers, proxies, or anything else that takes one at a time. */
import { checkFunction, checkNumber, systemRandom, type Random } from "@evenkeel/core";

export interface FaultMixOptions<Fault> {
  /** The share of draws that give a fault, from 0 to 1. */
  readonly rate: number;
  /** What may be drawn, each with the same chance; one that stands twice has twice the chance. */
  readonly faults: readonly Fault[];
  /** Where chance comes from; each draw takes two numbers. @default systemRandom */
  readonly random?: Random | undefined;
}

/**
 * Makes a function that draws a fault, or `undefined` for none.
 * @example
 * const proxy = await faultProxy({ target, faults: faultMix({ rate: 0.2, faults: [{ kind: "refuse" }], random: seededRandom(1) }) });
 * @throws {RangeError} `rate` is not within 0 and 1, or there is no fault to draw.
 */
export function faultMix<Fault>({
  rate,
  faults,
  random = systemRandom,
}: FaultMixOptions<Fault>): () => Fault | undefined {
  checkNumber("rate", rate, { max: 1 });
  checkNumber("faults.length", faults.length, { min: 1 });
  checkFunction("random", random);
  return () => {
    const hit = random() < rate;
    const index = Math.floor(random() * faults.length);
    return hit ? faults[index] : undefined;
  };
}
