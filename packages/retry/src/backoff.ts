/** How long to wait before a further attempt: pure functions of what came before. */
import { checkFunction, checkNumber, type Random } from "@evenkeel/core";
import { full, none, type Jitter } from "./jitter.ts";

/** What a backoff may look at. */
export interface BackoffContext {
  /** Which attempt failed, from 1. */
  readonly attempt: number;
  /** The wait before that attempt, in ms; 0 before the first retry. */
  readonly previous: number;
  /** What the attempt failed with. */
  readonly error: unknown;
  /** The source of chance: use no other, so that a test can own it. */
  readonly random: Random;
}

/** Returns the wait before the next attempt in ms. `Infinity` ends the retries. */
export type Backoff = (context: BackoffContext) => number;

export interface ConstantOptions {
  /** Spreads the waits. @default none */
  readonly jitter?: Jitter | undefined;
}

export interface LinearOptions {
  /** The first wait, in ms. @default 500 */
  readonly initial?: number | undefined;
  /** What each further wait adds, in ms. @default initial */
  readonly step?: number | undefined;
  /** The longest wait, in ms. @default 30_000 */
  readonly max?: number | undefined;
  /** Spreads the waits. @default full */
  readonly jitter?: Jitter | undefined;
}

export interface ExponentialOptions {
  /** The first wait, in ms. @default 500 */
  readonly initial?: number | undefined;
  /** What each further wait is multiplied by, at least 1. @default 2 */
  readonly factor?: number | undefined;
  /** The longest wait, in ms. @default 30_000 */
  readonly max?: number | undefined;
  /** Spreads the waits. @default full */
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
 * @throws {RangeError} `delay` is negative or endless.
 */
export function constant(delay: number, { jitter = none }: ConstantOptions = {}): Backoff {
  checkDelay("delay", delay);
  checkFunction("jitter", jitter);
  return ({ random }) => jitter(delay, random);
}

/**
 * Waits `initial`, then `step` ms longer each time.
 * @throws {RangeError} An option is out of range.
 */
export function linear({ initial = 500, step = initial, max = 30_000, jitter = full }: LinearOptions = {}): Backoff {
  checkDelay("initial", initial);
  checkDelay("step", step);
  checkNumber("max", max);
  checkFunction("jitter", jitter);
  return ({ attempt, random }) => jitter(capped(max, initial + step * (attempt - 1)), random);
}

/**
 * Waits `initial`, then `factor` times as long each time.
 * @throws {RangeError} An option is out of range.
 */
export function exponential({
  initial = 500,
  factor = 2,
  max = 30_000,
  jitter = full,
}: ExponentialOptions = {}): Backoff {
  checkDelay("initial", initial);
  checkNumber("factor", factor, { min: 1, max: longest });
  checkNumber("max", max);
  checkFunction("jitter", jitter);
  // The power is capped as well: 0 times `Infinity` is no number.
  return ({ attempt, random }) => jitter(capped(max, initial * capped(longest, factor ** (attempt - 1))), random);
}

/**
 * Waits between `initial` and three times the wait before: `min(max, random(initial, 3 * previous))`, the decorrelated jitter of
 * AWS's "Exponential Backoff And Jitter" (2015). It grows on average by half each time, and needs no other jitter.
 * @throws {RangeError} An option is out of range.
 */
export function decorrelated({ initial = 500, max = 30_000 }: DecorrelatedOptions = {}): Backoff {
  checkDelay("initial", initial);
  checkNumber("max", max);
  return ({ previous, random }) => {
    const upper = 3 * Math.max(initial, previous);
    return capped(max, initial + (upper - initial) * random());
  };
}

/** Without a `max`, a wait grows up to this: beyond it lies `Infinity`, which would end the retries. */
const longest = Number.MAX_SAFE_INTEGER;

function checkDelay(name: string, value: number): void {
  checkNumber(name, value, { max: longest });
}

function capped(max: number, delay: number): number {
  return Math.min(max, delay, longest);
}
