/** Pauses a whole key when the upstream throttles one of its calls. */
import type { Clock, Verdict } from "@evenkeel/core";

/** Lasts until the latest of all hints has passed. */
export class Pause {
  readonly #clock: Clock;
  #until = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How long the pause still lasts, in ms. */
  get left(): number {
    if (this.#until === 0) return 0;
    const left = this.#until - this.#clock.now();
    if (left > 0) return left;
    this.#until = 0;
    return 0;
  }

  /** Makes the pause last at least `ms` from now; never shortens it. Returns whether it was extended. */
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
 * The longest hint that is believed, in ms: after an hour one call tries again, so that a wrong header cannot disable a key for good.
 * A shorter cap would end a real pause too soon: calls with a deadline of minutes would wait for that end instead of failing at once.
 */
const longestHint = 3_600_000;

/** Returns how long this verdict pauses the key for, in ms; 0 for not at all. */
export function pauseOf({ kind, retryAfter = 0 }: Verdict): number {
  return kind === "rate-limit" ? Math.min(retryAfter, longestHint) : 0;
}
