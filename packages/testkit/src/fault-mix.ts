/** Picks random faults for servers, proxies, or anything else that takes one fault at a time. */
import { checkFunction, checkNumber, systemRandom, type Random } from "@evenkeel/core";

export interface FaultMixOptions<Fault> {
  /** The share of calls that return a fault, from 0 to 1. */
  readonly rate: number;
  /** The faults, all with the same probability. List a fault twice to double its probability. */
  readonly faults: readonly Fault[];
  /** The source of randomness. Each call draws two numbers. @default systemRandom */
  readonly random?: Random | undefined;
}

/**
 * Creates a function that returns a random fault, or `undefined` for none.
 * @example
 * const proxy = await faultProxy({ target, faults: faultMix({ rate: 0.2, faults: [{ kind: "refuse" }], random: seededRandom(1) }) });
 * @throws {RangeError} `rate` is not between 0 and 1, or `faults` is empty.
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
