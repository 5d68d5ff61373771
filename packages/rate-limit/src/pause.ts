/** Pauses a key: its calls are held back for a time, or while a rule says so, and then begin slowly. */
import type { Verdict } from "@evenkeel/core";
import type { QueueRules } from "./queue-options.ts";
import { SlowStart } from "./slow-start.ts";

/** How often a hold is checked while it lasts, in ms: nobody tells us when it ends. */
const holdCheckInterval = 1_000;

/** Lasts until the latest of all hints has passed, and for as long as `holdWhile` says, which the methods may ask, but no getter. */
export class Pause {
  readonly #rules: Pick<QueueRules, "clock" | "holdWhile">;
  readonly #key: string;
  /** Set when a pause begins, until calls need not begin slowly any more. */
  slowStart: SlowStart | undefined;
  #until = 0;
  /** Whether `holdWhile` is being asked. */
  #isAsking = false;

  constructor(rules: Pick<QueueRules, "clock" | "holdWhile">, key: string) {
    this.#rules = rules;
    this.#key = key;
  }

  /** Returns how long calls are held back from now on, in ms. */
  left(): number {
    return Math.max(this.timeLeft, this.#isHeld() ? holdCheckInterval : 0);
  }

  /** The same as far as hints say. */
  get timeLeft(): number {
    // Without a slow start there was no pause, which saves reading the clock.
    return this.slowStart ? Math.max(0, this.#until - this.#rules.clock.now()) : 0;
  }

  /** Returns in how many ms a call may begin: 0 for now, `Infinity` if that depends on an answer. */
  wait(): number {
    this.hold();
    return Math.max(this.timeLeft, this.slowStart?.wait ?? 0);
  }

  /** Returns whether `holdWhile` holds all calls back now, and prolongs the pause if so. */
  hold(): boolean {
    const isHeld = this.#isHeld();
    // Here and not in `left`, or every query during a hold would prolong it.
    if (isHeld) this.extend(holdCheckInterval);
    return isHeld;
  }

  /** Makes the pause last at least `ms` from now; never shortens it. Returns whether it was extended. */
  extend(ms: number): boolean {
    if (!(ms > this.timeLeft)) return false;
    this.#until = this.#rules.clock.now() + ms;
    (this.slowStart ??= new SlowStart(this.#rules.clock)).restart();
    return true;
  }

  /** Ends the pause, but not the slow start after it. */
  end(): void {
    this.#until = 0;
  }

  /** Ends the slow start if it has succeeded. Call it only while no call is waiting. */
  endSlowStart(): void {
    if (this.slowStart?.isOver && this.left() === 0) this.slowStart = undefined;
  }

  #isHeld(): boolean {
    const { holdWhile } = this.#rules;
    if (!holdWhile || this.#isAsking) return false; // asked by itself, it resumes the key, or reads how long it is paused
    this.#isAsking = true;
    try {
      return holdWhile(this.#key);
    } catch {
      return false; // a rule that fails must not hold calls for ever
    } finally {
      this.#isAsking = false;
    }
  }
}

/**
 * The longest hint that is believed, in ms: after an hour one call tries again, so that a wrong header cannot disable a key for good.
 * A shorter cap would end a real pause too soon: calls with a deadline of minutes would wait for that end instead of failing at once.
 */
const longestHint = 3_600_000;

/** Returns how long this verdict pauses the key for, in ms; 0 for not at all. */
export function pauseOf({ kind, retryAfter = 0 }: Verdict): number {
  return kind === "rate-limit" ? Math.min(retryAfter, longestHint) : 0;
}
