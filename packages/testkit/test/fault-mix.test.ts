import { expect, test } from "vitest";
import { faultMix, seededRandom } from "../src/index.ts";

function draws(seed: number, rate: number): (string | undefined)[] {
  const draw = faultMix({ rate, faults: ["a", "b", "b"], random: seededRandom(seed) });
  return Array.from({ length: 3_000 }, draw);
}

test("the same seed draws the same faults", () => {
  expect(draws(1, 0.3)).toEqual(draws(1, 0.3));
  expect(draws(1, 0.3)).not.toEqual(draws(2, 0.3));
});

test("draws at the rate, and a fault that stands twice twice as often", () => {
  const count = (fault: string): number => draws(1, 0.3).filter((drawn) => drawn === fault).length;
  expect(Math.abs(count("a") - 300)).toBeLessThan(60);
  expect(Math.abs(count("b") - 600)).toBeLessThan(80);
});

test("the rates 0 and 1 draw none and only faults", () => {
  expect(draws(1, 0).every((fault) => fault === undefined)).toBe(true);
  expect(draws(1, 1).every((fault) => fault !== undefined)).toBe(true);
});

test("a higher rate keeps the faults of a lower one", () => {
  const low = draws(1, 0.1);
  const high = draws(1, 0.5);
  expect(low.every((fault, index) => fault === undefined || fault === high[index])).toBe(true);
});

test("refuses a rate that is none, and an empty list", () => {
  expect(() => faultMix({ rate: 1.5, faults: ["a"] })).toThrow("Expected `rate` to be a number >= 0 and <= 1, got 1.5");
  expect(() => faultMix({ rate: 0.5, faults: [] })).toThrow("Expected `faults.length` to be a number >= 1, got 0");
});
