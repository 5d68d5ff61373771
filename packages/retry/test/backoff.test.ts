import { seededRandom } from "@evenkeel/testkit";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  constant,
  decorrelated,
  exponential,
  full,
  equal,
  linear,
  none,
  type Backoff,
  type Jitter,
} from "../src/index.ts";

/** Runs a backoff as retry does, and returns its waits. */
function waits(backoff: Backoff, retries: number, random = seededRandom(1)): number[] {
  const delays: number[] = [];
  for (let attempt = 1; attempt <= retries; attempt++)
    delays.push(backoff({ attempt, previous: delays.at(-1) ?? 0, error: undefined, random }));
  return delays;
}

/** Averages the waits of many calls, retry by retry. */
function meanWaits(backoff: Backoff, retries: number, calls: number): number[] {
  const random = seededRandom(7);
  const sums = Array<number>(retries).fill(0);
  for (let call = 0; call < calls; call++) waits(backoff, retries, random).forEach((delay, i) => (sums[i]! += delay));
  return sums.map((sum) => sum / calls);
}

/** Returns by what share the means of samples are off, at most. */
function deviation(actual: number[], expected: number[]): number {
  return Math.max(...actual.map((value, i) => Math.abs(value / expected[i]! - 1)));
}

describe("constant", () => {
  test("waits the same each time", () => {
    expect(waits(constant(250), 3)).toEqual([250, 250, 250]);
  });

  test("is spread where asked", () => {
    expect(waits(constant(1_000, { jitter: equal }), 2, () => 0.5)).toEqual([750, 750]);
  });
});

describe("linear", () => {
  test("adds the same step each time, up to its maximum", () => {
    expect(waits(linear({ initial: 100, step: 50, max: 220, jitter: none }), 5)).toEqual([100, 150, 200, 220, 220]);
  });

  test("steps by its first wait unless told otherwise", () => {
    expect(waits(linear({ initial: 200, jitter: none }), 3)).toEqual([200, 400, 600]);
  });

  test("by default starts at 500 ms, ends at 30 s, and is fully jittered", () => {
    expect(waits(linear(), 2, () => 0.5)).toEqual([250, 500]);
    expect(linear()({ attempt: 1_000, previous: 0, error: undefined, random: () => 0.5 })).toBe(15_000);
  });
});

describe("exponential", () => {
  test("reproduces the published waits of the AWS SDKs: 50 ms, doubling, capped at 20 s", () => {
    const published = [50, 100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 20_000, 20_000];
    expect(waits(exponential({ initial: 50, factor: 2, max: 20_000, jitter: none }), 11)).toEqual(published);
  });

  test("multiplies by its factor, which need not be 2", () => {
    expect(waits(exponential({ initial: 100, factor: 3, jitter: none }), 4)).toEqual([100, 300, 900, 2_700]);
  });

  test("by default starts at 500 ms, doubles up to 30 s, and is fully jittered", () => {
    const upper = waits(exponential(), 8, () => 1 - Number.EPSILON);
    expect(upper.map(Math.ceil)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
    expect(waits(exponential(), 8, () => 0)).toEqual(Array(8).fill(0));
  });

  test("takes a jitter of the user's: the 20 % either way of gRPC", () => {
    const backoff = exponential({ initial: 1_000, jitter: (delay, random) => delay * (0.8 + 0.4 * random()) });
    expect(waits(backoff, 2, () => 0)).toEqual([800, 1_600]);
    expect(waits(backoff, 2, () => 0.5)).toEqual([1_000, 2_000]);
  });

  test("waits on average half of its limit with full jitter, and three quarters with equal jitter", () => {
    const means = (jitter: Jitter): number[] => meanWaits(exponential({ initial: 1, max: 16, jitter }), 6, 20_000);
    expect(deviation(means(full), [0.5, 1, 2, 4, 8, 8])).toBeLessThan(0.02);
    expect(deviation(means(equal), [0.75, 1.5, 3, 6, 12, 12])).toBeLessThan(0.02);
  });
});

describe("decorrelated", () => {
  test("reproduces the mean waits of the AWS formula, uncapped", () => {
    // The wait is uniform between 1 and three times the one before, so m(n) = (1 + 3 m(n - 1)) / 2, with m(0) = 1.
    const means = [2, 3.5, 5.75, 9.125, 14.1875, 21.78125];
    expect(deviation(meanWaits(decorrelated({ initial: 1, max: Infinity }), 6, 50_000), means)).toBeLessThan(0.02);
  });

  test("stays between its first wait and its maximum, and within three times the wait before", () => {
    const delays = waits(decorrelated({ initial: 100, max: 5_000 }), 200);
    delays.forEach((delay, i) => {
      expect(delay).toBeGreaterThanOrEqual(100);
      expect(delay).toBeLessThanOrEqual(Math.min(5_000, 3 * (delays[i - 1] ?? 100)));
    });
    expect(Math.max(...delays)).toBe(5_000);
  });

  test("by default starts between 500 ms and 1.5 s and ends at 30 s", () => {
    const first = { attempt: 1, previous: 0, error: undefined };
    expect(decorrelated()({ ...first, random: () => 0 })).toBe(500);
    expect(decorrelated()({ ...first, random: () => 0.5 })).toBe(1_000);
    expect(decorrelated()({ ...first, previous: 29_000, random: () => 0.99 })).toBe(30_000);
  });

  test("never exceeds its maximum, even where that is below its first wait", () => {
    expect(waits(decorrelated({ initial: 500, max: 200 }), 3)).toEqual([200, 200, 200]);
  });
});

test("every backoff stays a finite number, whatever its options and however many attempts there were", () => {
  const amount = fc.oneof(fc.constantFrom(0, 1, 500, 1e15, Number.MAX_SAFE_INTEGER), fc.double({ min: 0, max: 1e6 }));
  const limit = fc.oneof(amount, fc.constant(Infinity));
  const number = (value: number): number => (Number.isNaN(value) ? 0 : value);
  fc.assert(
    fc.property(
      fc.record({ initial: amount, step: amount, factor: fc.double({ min: 1, max: 1e9, noNaN: true }), max: limit }),
      fc.constantFrom(full, equal, none),
      fc.constantFrom(1, 2, 50, 1_075, 1e9, Number.MAX_SAFE_INTEGER),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      ({ initial, step, factor, max }, jitter, attempt, chance) => {
        const options = { initial: number(initial), step: number(step), factor, max: number(max), jitter };
        const context = { attempt, previous: 0, error: undefined, random: () => chance };
        const backoffs = [constant(options.initial, options), linear(options), exponential(options)];
        for (const backoff of [...backoffs, decorrelated(options)]) {
          let previous = 0;
          for (let i = 0; i < 1_000; i++) previous = backoff({ ...context, previous });
          expect(Number.isFinite(previous) && previous >= 0, `${previous}`).toBe(true);
        }
      },
    ),
  );
});

test.each([
  [() => constant(-1), RangeError, "Expected `delay` to be a number >= 0 and <= 9007199254740991, got -1"],
  [() => constant(Infinity), RangeError, "Expected `delay` to be a number >= 0 and <= 9007199254740991, got Infinity"],
  [() => constant(1, full as never), TypeError, "Expected `options` to be an object, got [object Function]"],
  [() => linear(500 as never), TypeError, "Expected `options` to be an object, got 500"],
  [() => exponential(500 as never), TypeError, "Expected `options` to be an object, got 500"],
  [() => decorrelated(500 as never), TypeError, "Expected `options` to be an object, got 500"],
  [() => constant(1, { jitter: 0.5 as never }), TypeError, "Expected `jitter` to be a function, got 0.5"],
  [
    () => linear({ initial: NaN }),
    RangeError,
    "Expected `initial` to be a number >= 0 and <= 9007199254740991, got NaN",
  ],
  [() => linear({ step: -5 }), RangeError, "Expected `step` to be a number >= 0 and <= 9007199254740991, got -5"],
  [() => linear({ max: -1 }), RangeError, "Expected `max` to be a number >= 0, got -1"],
  [() => linear({ jitter: "full" as never }), TypeError, 'Expected `jitter` to be a function, got "full"'],
  [() => exponential({ initial: "1s" as never }), TypeError, /^Expected `initial` to be a number >= 0 .* got "1s"$/],
  [() => exponential({ factor: 0.5 }), RangeError, /^Expected `factor` to be a number >= 1 .* got 0\.5$/],
  [() => exponential({ factor: Infinity }), RangeError, /^Expected `factor` to be .* got Infinity$/],
  [() => exponential({ max: NaN }), RangeError, "Expected `max` to be a number >= 0, got NaN"],
  [() => exponential({ jitter: null as never }), TypeError, "Expected `jitter` to be a function, got null"],
  [() => decorrelated({ initial: -1 }), RangeError, /^Expected `initial` to be .* got -1$/],
  [() => decorrelated({ max: -1 }), RangeError, "Expected `max` to be a number >= 0, got -1"],
])("%s names the option, the rule and the value", (make, type, message) => {
  expect(make).toThrow(type);
  expect(make).toThrow(message);
});
