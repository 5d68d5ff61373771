/** Backoffs: how long to wait before the next attempt, as pure functions of what came before. */
import { checkFunction, checkNumber, checkOptions, type Random } from "@evenkeel/core";
import { full, none, type Jitter } from "./jitter.ts";

/** What a backoff can base its decision on. */
export interface BackoffContext {
  /** The number of the attempt that failed, starting at 1. */
  readonly attempt: number;
  /** The wait before that attempt, in ms; 0 if it was the first. */
  readonly previous: number;
  /** What the attempt failed with. */
  readonly error: unknown;
  /** The source of randomness. Use no other, so that tests can control it. */
  readonly random: Random;
}

/** Returns the wait before the next attempt, in ms. `Infinity` ends the retries. */
export type Backoff = (context: BackoffContext) => number;

export interface ConstantOptions {
  /** Randomises the waits. @default none */
  readonly jitter?: Jitter | undefined;
}

export interface LinearOptions {
  /** The first wait, in ms. @default 500 */
  readonly initial?: number | undefined;
  /** How much longer each further wait is, in ms. @default initial */
  readonly step?: number | undefined;
  /** The longest wait, in ms. @default 30_000 */
  readonly max?: number | undefined;
  /** Randomises the waits. @default full */
  readonly jitter?: Jitter | undefined;
}

export interface ExponentialOptions {
  /** The first wait, in ms. @default 500 */
  readonly initial?: number | undefined;
  /** How many times as long each further wait is, at least 1. @default 2 */
  readonly factor?: number | undefined;
  /** The longest wait, in ms. @default 30_000 */
  readonly max?: number | undefined;
  /** Randomises the waits. @default full */
  readonly jitter?: Jitter | undefined;
}

export interface DecorrelatedOptions {
  /** The shortest wait, in ms. @default 500 */
  readonly initial?: number | undefined;
  /** The longest wait, in ms. @default 30_000 */
  readonly max?: number | undefined;
}

/**
 * Waits `delay` ms each time.
 * @throws {RangeError | TypeError} `delay` is not a finite number >= 0, or `jitter` is not a function.
 */
export function constant(delay: number, { jitter = none }: ConstantOptions = {}): Backoff {
  checkOptions(arguments[1]);
  checkDelay("delay", delay);
  checkFunction("jitter", jitter);
  return ({ random }) => jitter(delay, random);
}

/**
 * Waits `initial` ms, then `step` ms longer each time.
 * @throws {RangeError | TypeError} An option is invalid.
 */
export function linear({ initial = 500, step = initial, max = 30_000, jitter = full }: LinearOptions = {}): Backoff {
  checkOptions(arguments[0]);
  checkDelay("initial", initial);
  checkDelay("step", step);
  checkNumber("max", max);
  checkFunction("jitter", jitter);
  return ({ attempt, random }) => jitter(capped(max, initial + step * (attempt - 1)), random);
}

/**
 * Waits `initial` ms, then `factor` times as long each time.
 * @throws {RangeError | TypeError} An option is invalid.
 */
export function exponential({
  initial = 500,
  factor = 2,
  max = 30_000,
  jitter = full,
}: ExponentialOptions = {}): Backoff {
  checkOptions(arguments[0]);
  checkDelay("initial", initial);
  checkNumber("factor", factor, { min: 1, max: longest });
  checkNumber("max", max);
  checkFunction("jitter", jitter);
  // The power is capped as well, because 0 * Infinity is NaN.
  return ({ attempt, random }) => jitter(capped(max, initial * capped(longest, factor ** (attempt - 1))), random);
}

/**
 * Waits a random time between `initial` and three times the previous wait, at most `max`: the decorrelated jitter of AWS's
 * "Exponential Backoff And Jitter" (2015). The wait grows by half on average, and needs no further jitter.
 * @throws {RangeError | TypeError} An option is invalid.
 */
export function decorrelated({ initial = 500, max = 30_000 }: DecorrelatedOptions = {}): Backoff {
  checkOptions(arguments[0]);
  checkDelay("initial", initial);
  checkNumber("max", max);
  return ({ previous, random }) => {
    const upper = 3 * Math.max(initial, previous);
    return capped(max, initial + (upper - initial) * random());
  };
}

/** Caps a wait whose `max` is `Infinity`, in ms: growing to `Infinity` itself would end the retries. */
const longest = Number.MAX_SAFE_INTEGER;

function checkDelay(name: string, value: number): void {
  checkNumber(name, value, { max: longest });
}

function capped(max: number, delay: number): number {
  return Math.min(max, delay, longest);
}
