import { expect, test } from "vitest";
import { seededRandom } from "../src/index.ts";

function numbers(seed: number, length: number): number[] {
  return Array.from({ length }, seededRandom(seed));
}

test("the same seed yields the same sequence, another seed another", () => {
  expect(numbers(42, 100)).toEqual(numbers(42, 100));
  expect(numbers(42, 100)).not.toEqual(numbers(43, 100));
});

test("two sources do not disturb each other", () => {
  const first = seededRandom(1);
  const second = seededRandom(1);
  first();
  first();
  expect(second()).toBe(numbers(1, 1)[0]);
});

test("numbers lie in [0, 1) and spread evenly", () => {
  const buckets = Array.from({ length: 10 }, () => 0);
  for (const number of numbers(7, 20_000)) {
    expect(number >= 0 && number < 1).toBe(true);
    buckets[Math.floor(number * 10)]!++;
  }
  for (const count of buckets) expect(Math.abs(count - 2_000)).toBeLessThan(200);
});

test("neighbouring seeds start far apart", () => {
  const firsts = Array.from({ length: 1_000 }, (_, seed) => seededRandom(seed)());
  expect(firsts.filter((number) => number < 0.5).length).toBeGreaterThan(430);
  expect(firsts.filter((number) => number < 0.5).length).toBeLessThan(570);
});

test("computes the published generator", () => {
  // The first outputs of mulberry32 for the seed 0, as 32-bit integers.
  expect(numbers(0, 3).map((number) => number * 2 ** 32)).toEqual([1144304738, 1416247, 958946056]);
});

test.each([-1, 0.5, 2 ** 32, Number.NaN])("refuses the seed %d", (seed) => {
  expect(() => seededRandom(seed)).toThrow(RangeError);
});
