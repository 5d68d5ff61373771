/** A timer that is moved far more often than it rings. */
import type { Clock } from "@evenkeel/core";

/** The longest time, in ms, that a timer keeps the process running: it is not replaced as soon as the process may end without it. */
const longestHold = 1_000;

/**
 * Rings once, at the time that it was last moved to. There is one timer of the clock, set anew only when it fires or must fire sooner: a
 * timer for each move would cost more than the chunk of a stream for which it is moved.
 */
export class LazyTimer {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #at = Infinity;
  #isUnawaited = false;
  /** When the clock's timer fires, and whether the process may end before. */
  #firesAt = Infinity;
  #mayEndBefore = false;
  #isLastCheck = false;
  #cancel = (): void => {};

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** Makes it ring at this time, in the clock's ms; `isUnawaited` tells whether the process may end before. Does nothing after its end. */
  move(at: number, isUnawaited: boolean): void {
    this.#at = at;
    this.#isUnawaited = isUnawaited;
    // A timer that must hold the process replaces one that does not, and fires when that would have: else each chunk would set two.
    if (at < this.#firesAt || (this.#mayEndBefore && !isUnawaited)) this.#set(Math.min(at, this.#firesAt));
  }

  /** Ends it, so that it never rings. */
  stop(): void {
    this.#cancel();
    this.#firesAt = -Infinity; // no time comes before it
    this.#mayEndBefore = false;
  }

  #set(at: number): void {
    this.#cancel();
    const now = this.#clock.now();
    this.#mayEndBefore = this.#isUnawaited;
    this.#firesAt = this.#isUnawaited || at === Infinity ? at : Math.min(at, now + longestHold);
    this.#cancel = this.#clock.after(Math.max(0, this.#firesAt - now), this.#fired, this.#isUnawaited);
  }

  readonly #fired = (): void => {
    const isDue = this.#clock.now() >= this.#at;
    if (isDue && this.#isLastCheck) {
      this.stop();
      return this.#ring();
    }
    // Checks once more: if the process was too busy to read, chunks that have arrived are delivered before the next timer fires.
    this.#isLastCheck = isDue;
    this.#set(this.#at);
  };
}
