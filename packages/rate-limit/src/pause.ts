/** An upstream that throttles one caller of a key asks all of them to wait. */
import type { Clock, Verdict } from "@evenkeel/core";

/** Holds a key back until the longest of all hints has passed. */
export class Pause {
  readonly #clock: Clock;
  #until = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Milliseconds for which the key is held back yet. */
  get left(): number {
    if (this.#until === 0) return 0;
    const left = this.#until - this.#clock.now();
    if (left > 0) return left;
    this.#until = 0;
    return 0;
  }

  /** Makes the pause last at least `ms` from now. Returns whether it has grown: a shorter hint takes nothing back. */
  extend(ms: number): boolean {
    const grows = ms > this.left;
    if (grows) this.#until = this.#clock.now() + ms;
    return grows;
  }

  end(): void {
    this.#until = 0;
  }
}

/**
 * A hint is believed for an hour, in ms, and then one call asks again: nobody may lose a key to a header that is wrong. Not for less,
 * or calls with a deadline of minutes, instead of being refused at once, would wait for the end of a pause that is none.
 */
const longestHint = 3_600_000;

/** How long this verdict asks everyone who uses the key to wait, in ms. */
export function pauseOf({ kind, retryAfter = 0 }: Verdict): number {
  return kind === "rate-limit" ? Math.min(retryAfter, longestHint) : 0;
}
