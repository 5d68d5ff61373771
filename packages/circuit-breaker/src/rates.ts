/** The rates at which a window trips, and the counts that they are computed from. */
import { checkNumber } from "@evenkeel/core";
import type { TripOutcome, TripReason } from "./trip-condition.ts";

/** The rates at which a window trips. At least one is required. A rate trips when it is reached: `0.5` trips at 5 of 10. */
export interface RateOptions {
  /** The share of calls that fail, including timeouts, > 0 and <= 1. @default none */
  readonly failureRate?: number | undefined;
  /** The share of calls that time out, > 0 and <= 1. @default none */
  readonly timeoutRate?: number | undefined;
  /** The share of calls that are slow, whether they fail or not, > 0 and <= 1. Requires `slowCallDuration`. @default none */
  readonly slowCallRate?: number | undefined;
  /** From how long on a call is slow, in ms until it settles: for a stream, until its first content. @default none */
  readonly slowCallDuration?: number | undefined;
  /** How many calls the window must hold before it can trip. @default 20, or the window's size if that is less */
  readonly minimumCalls?: number | undefined;
}

/** Rates, validated and compiled. */
export interface Rates {
  readonly slowCallDuration: number;
  /** Returns what a call counts as, as bits: `failed`, `timedOut`, `slow`; 0 for a quick success. */
  mark(outcome: TripOutcome, duration: number): number;
  /** Returns which rate is reached, if any. Not to be asked after a call with mark 0, which must not open the circuit. */
  reached(counts: Counts): TripReason | undefined;
}

const failed = 1;
const timedOut = 2;
const slow = 4;

/** All the bits of a mark. */
export const anyMark: number = failed | timedOut | slow;

export interface Counts {
  readonly calls: number;
  readonly failures: number;
  readonly timeouts: number;
  readonly slowCalls: number;
}

/** Counts the calls of a window, or of a slot of it. */
export class Tally implements Counts {
  calls = 0;
  failures = 0;
  timeouts = 0;
  slowCalls = 0;

  /** Adds `times` calls with this mark; a negative number removes them. */
  add(mark: number, times: number): void {
    this.calls += times;
    if (mark & failed) this.failures += times;
    if (mark & timedOut) this.timeouts += times;
    if (mark & slow) this.slowCalls += times;
  }

  /** Adds the counts of another tally. */
  merge({ calls, failures, timeouts, slowCalls }: Counts): void {
    this.calls += calls;
    this.failures += failures;
    this.timeouts += timeouts;
    this.slowCalls += slowCalls;
  }
}

/**
 * Compiles rates for a window of at most `size` calls.
 * @throws {RangeError | TypeError} An option is invalid, or no rate is given.
 */
export function rates(
  { failureRate, timeoutRate, slowCallRate, slowCallDuration, minimumCalls }: RateOptions,
  size: number,
): Rates {
  const minimum = minimumCalls ?? Math.min(20, size);
  checkNumber("minimumCalls", minimum, { integer: true, min: 1, max: size });
  // The most specific reason comes first, in case several rates are reached at once.
  const limits = [
    { reason: "timeout-rate", count: "timeouts", rate: checkRate("timeoutRate", timeoutRate) },
    { reason: "failure-rate", count: "failures", rate: checkRate("failureRate", failureRate) },
    { reason: "slow-call-rate", count: "slowCalls", rate: checkRate("slowCallRate", slowCallRate) },
  ] as const;
  if (limits.every(({ rate }) => rate === Infinity))
    throw new TypeError("Expected `failureRate`, `timeoutRate` or `slowCallRate` to be a number, got none of them");
  if ((slowCallRate === undefined) !== (slowCallDuration === undefined))
    throw new TypeError(
      `Expected \`slowCallRate\` and \`slowCallDuration\` to come together, got ${slowCallRate} and ${slowCallDuration}`,
    );
  const slowFrom = slowCallDuration === undefined ? Infinity : checkNumber("slowCallDuration", slowCallDuration);

  return {
    slowCallDuration: slowFrom,
    mark(outcome, duration) {
      const mark = outcome === "success" ? 0 : outcome === "failure" ? failed : failed | timedOut;
      return duration >= slowFrom ? mark | slow : mark;
    },
    reached(counts) {
      if (counts.calls < minimum) return undefined;
      return limits.find(({ count, rate }) => counts[count] / counts.calls >= rate)?.reason;
    },
  };
}

function checkRate(name: string, rate: number | undefined): number {
  return rate === undefined ? Infinity : checkNumber(name, rate, { exclusive: true, max: 1 });
}
