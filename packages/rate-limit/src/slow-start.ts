/** Admits the calls that waited out a pause a few at a time: all at once, they would only be throttled again. */
import type { Clock } from "@evenkeel/core";

/** A call that a slow start has admitted and that has not been answered yet. */
export interface Trial {
  /** When it counts as accepted even without an answer, in the clock's ms. */
  readonly trustedAt: number;
  /** The number of the pause after which it began. */
  readonly pause: number;
}

/** After how many ms a call without an answer counts as accepted: an upstream that throttles says so quickly. */
const trustAfter = 1_500;

/**
 * Admits one call, then two for each that was accepted, which doubles the number each round (TCP's slow start, RFC 5681). A call that
 * failed only makes room for one other.
 */
export class SlowStart {
  readonly #clock: Clock;
  /** How many calls may begin now. */
  #room = 1;
  #pause = 0;
  /** Whether a call that began since the last pause was accepted: an earlier one says nothing about the time after it. */
  #wasAnyAccepted = false;
  /** In the order in which they began. */
  readonly #trials: Set<Trial> = new Set();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Starts over after a further pause. Calls in flight take up the room first. */
  restart(): void {
    this.#trust();
    this.#room = 1 - this.#trials.size;
    this.#pause++;
    this.#wasAnyAccepted = false;
  }

  /** Whether the slow start may end, provided that no call is waiting. */
  get isOver(): boolean {
    this.#trust();
    return this.#wasAnyAccepted;
  }

  /** In how many ms another call may begin: 0 for now, `Infinity` if that depends on an answer. */
  get wait(): number {
    const next = this.#trust();
    return this.#room > 0 ? 0 : next;
  }

  /** Takes the room of one call. */
  enter(): Trial {
    const trial = { trustedAt: this.#clock.now() + trustAfter, pause: this.#pause };
    this.#room--;
    this.#trials.add(trial);
    return trial;
  }

  /** Records how a call ended, or that it never began, unless it has been recorded already. */
  leave(trial: Trial, isAccepted: boolean): void {
    this.#trust();
    this.#answer(trial, isAccepted);
  }

  /** Counts the calls as accepted whose time has come. Returns in how many ms the next one's comes. */
  #trust(): number {
    const now = this.#clock.now();
    for (const trial of this.#trials) {
      if (now < trial.trustedAt) return trial.trustedAt - now;
      this.#answer(trial, true);
    }
    return Infinity;
  }

  #answer(trial: Trial, isAccepted: boolean): void {
    if (!this.#trials.delete(trial)) return;
    this.#room += isAccepted ? 2 : 1;
    this.#wasAnyAccepted ||= isAccepted && trial.pause === this.#pause;
  }
}
