/** Who waited out a pause would come back all at once, and be throttled all at once: lets them come a few at a time. */
import type { Clock } from "@evenkeel/core";

/** A call of a slow start that has not been answered. */
export interface Pioneer {
  /** From when on it passes for let in, in the clock's ms. */
  readonly trustedAt: number;
  /** After which pause it began. */
  readonly pause: number;
}

/** A refusal comes soon: who has not got one after so many ms was let in, however long his answer takes. */
const trustAfter = 1_500;

/**
 * Lets one call begin, and two for each that was let in, so twice as many each time (TCP's slow start, RFC 5681). One that failed only
 * makes room for another.
 */
export class SlowStart {
  readonly #clock: Clock;
  /** How many calls may begin now. */
  #room = 1;
  #pause = 0;
  /** Whether one was let in who began since the pause: what began before it says nothing of the time after. */
  #isAnyoneIn = false;
  /** In the order in which they began. */
  readonly #pioneers: Set<Pioneer> = new Set();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Begins anew: those who are under way go first. */
  restart(): void {
    this.#trust();
    this.#room = 1 - this.#pioneers.size;
    this.#pause++;
    this.#isAnyoneIn = false;
  }

  /** Whether it has done what it is for, should nobody wait. */
  get isOver(): boolean {
    this.#trust();
    return this.#isAnyoneIn;
  }

  /** Milliseconds until another call may begin: 0 for now. */
  get wait(): number {
    if (this.#room > 0) return 0;
    const next = this.#trust();
    return this.#room > 0 ? 0 : next;
  }

  /** Takes the room of one call. */
  enter(): Pioneer {
    const pioneer = { trustedAt: this.#clock.now() + trustAfter, pause: this.#pause };
    this.#room--;
    this.#pioneers.add(pioneer);
    return pioneer;
  }

  /** Takes note of how a call ended, or that it never began, if that still matters. */
  leave(pioneer: Pioneer, isIn: boolean): void {
    this.#trust();
    this.#answer(pioneer, isIn);
  }

  /** Takes those for let in whose time has come. Returns how long until the next one's, in ms. */
  #trust(): number {
    const now = this.#clock.now();
    for (const pioneer of this.#pioneers) {
      if (now < pioneer.trustedAt) return pioneer.trustedAt - now;
      this.#answer(pioneer, true);
    }
    return Infinity;
  }

  #answer(pioneer: Pioneer, isIn: boolean): void {
    if (!this.#pioneers.delete(pioneer)) return;
    this.#room += isIn ? 2 : 1;
    this.#isAnyoneIn ||= isIn && pioneer.pause === this.#pause;
  }
}
