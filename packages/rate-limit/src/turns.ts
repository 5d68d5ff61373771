/** Decides which of the waiting calls goes first. */
import type { Clock } from "@evenkeel/core";
import { Queue } from "./queue.ts";
import type { Waiter } from "./waiter.ts";

/** How many calls give up in front before it is the queue's fault, and not their own. */
const tooMany = 10;

/**
 * The order of arrival, unless the queue is longer than its callers' patience: then each call would get its turn when it has no time left
 * for an answer, for as long as the load lasts. So once ten calls have given up in front, the newest goes first, until the queue is empty,
 * or the one in front has waited for twice as long: it may be more patient, and must not wait for ever. Known as adaptive LIFO:
 * https://queue.acm.org/detail.cfm?id=2839461
 */
export class Turns {
  readonly #clock: Clock;
  readonly #queue = new Queue<Waiter>();
  /** How many calls have given up in front since the queue was last empty, and after how many ms the most patient of them. */
  #losses = 0;
  #patience = 0;
  /** Whether the newest goes first. */
  #isReversed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#queue.size;
  }

  /** The call whose turn it is. */
  get first(): Waiter | undefined {
    return this.#isReversed ? this.#queue.last : this.#queue.first;
  }

  /** Chooses the order. Returns for how many ms the newest goes first; `Infinity` if it does not, because that does not end by itself. */
  choose(): number {
    if (this.#losses < tooMany) return Infinity;
    const left = this.#queue.first!.since + 2 * this.#patience - this.#clock.now();
    this.#isReversed = left > 0;
    return this.#isReversed ? left : Infinity;
  }

  /** @param isEarly Whether the call goes before those that have joined without this. */
  join(waiter: Waiter, isEarly: boolean): void {
    this.#queue.join(waiter, waiter.rank, isEarly && !this.#isReversed);
  }

  leave(waiter: Waiter): void {
    this.#queue.leave(waiter);
    if (this.size > 0) return;
    this.#losses = this.#patience = 0;
    this.#isReversed = false;
  }

  /** Counts a call whose wait its caller or its deadline has ended, before it leaves. */
  giveUp(waiter: Waiter): void {
    if (waiter !== this.#queue.first) return;
    this.#losses++;
    this.#patience = Math.max(this.#patience, this.#clock.now() - waiter.since);
  }
}
