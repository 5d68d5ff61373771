/** Where the calls of a key wait for their turn, for as long as that can be of use. */
import { about, checkNumber, listenForAbort, type Call, type Next, type VerdictInit } from "@evenkeel/core";
import { Alarm } from "./alarm.ts";
import type { Pause } from "./pause.ts";
import type { QueueRules } from "./queue-options.ts";
import { Queue } from "./queue.ts";
import type { RateLimitError, RateLimitReason } from "./rate-limit-error.ts";
import type { RateLimitEvent } from "./rate-limit-event.ts";
import type { Trial } from "./slow-start.ts";
import { Turns } from "./turns.ts";
import { Bound, Waiter } from "./waiter.ts";

/** What a waiting room needs of its limiter. */
export interface AdmissionControl {
  readonly rules: QueueRules;
  readonly pause: Pause;
  /** Returns in how many ms a call of this cost may start: 0 for now, `Infinity` if that depends on an event. */
  wait(cost: number): number;
  /**
   * Returns in how many ms a call of this cost could start at the earliest: if all running calls gave back what they took. `Infinity` if
   * it never could.
   */
  minWait(cost: number): number;
  /** Takes what a call needs to start. */
  admit(cost: number): Trial | undefined;
  /** Reverses `admit` for a call that never started. */
  giveBack(cost: number, trial: Trial | undefined): void;
  /** Runs a call that was admitted. */
  start<I, O>(call: Call<I>, next: Next<I, O>, cost: number, trial: Trial | undefined): Promise<O>;
  /** Emits the event of a refusal, and returns its error. */
  refuse(call: Call, cost: number, reason: RateLimitReason): RateLimitError;
}

/** The waiting calls of one key, with one timer for all of them. */
export class WaitingRoom {
  readonly #limiter: AdmissionControl;
  readonly #turns: Turns;
  /** The bounded waits, the one that ends first in front. */
  readonly #bounds = new Queue<Bound>();
  readonly #alarm: Alarm;

  constructor(limiter: AdmissionControl) {
    this.#limiter = limiter;
    this.#turns = new Turns(limiter.rules.clock);
    this.#alarm = new Alarm(limiter.rules.clock, () => this.serve());
  }

  get size(): number {
    return this.#turns.size;
  }

  /** The call whose turn it is. */
  get first(): Waiter | undefined {
    return this.#turns.first;
  }

  /**
   * Runs the call when its turn comes.
   * @throws {RateLimitError} The queue is full, or the call cannot start in time.
   * @throws The signal's reason, as soon as it aborts.
   */
  enter<I, O>(call: Call<I>, next: Next<I, O>, cost: number): Promise<O> {
    const { clock, maxQueue, queueTimeout, priority } = this.#limiter.rules;
    const rank = priority ? checkNumber("priority(call)", priority(call), { min: -Infinity }) : 0;
    const now = clock.now();
    const left = Math.min(call.deadline - now, queueTimeout);
    const late = left < queueTimeout ? "deadline" : "queue-timeout";
    let reason = this.#reasonToRefuse(cost, left, late);
    if (this.size >= maxQueue) reason ??= "queue-full";
    if (call.signal.aborted) return Promise.reject(unsent(call)); // perhaps by `priority` or `holdWhile`
    if (reason) return Promise.reject(this.#limiter.refuse(call, cost, reason));

    const waiter = new Waiter<I, O>(call, next, cost, rank, now);
    if (left < Infinity) waiter.bound = new Bound(waiter, now + left, late);
    return this.#wait(waiter, false);
  }

  /** @param isBack Whether the call had already been admitted. */
  #wait<I, O>(waiter: Waiter<I, O>, isBack: boolean): Promise<O> {
    return new Promise<Waiter<I, O>>((resolve, reject) => {
      const { call, bound } = waiter;
      const { clock, limiter } = this.#limiter.rules;
      waiter.resolve = resolve;
      waiter.reject = reject;
      this.#turns.join(waiter, isBack || call.attempt > 1);
      if (bound) this.#bounds.join(bound, -bound.end);
      this.#alarm.set(bound ? bound.end - clock.now() : Infinity);
      waiter.listening = listenForAbort(call.signal, { abort: () => this.#abandon(waiter) });
      // Not told again, or a listener that resumes the key could bring the call back for ever.
      const emit = isBack ? undefined : call.emit;
      emit?.({
        type: "rate-limit-wait",
        ...about(call),
        limiter,
        waiting: this.size,
        paused: this.#limiter.pause.left() > 0,
      } satisfies RateLimitEvent as RateLimitEvent);
      if (this.first === waiter) this.serve();
    }).then(this.#proceed);
  }

  /** Admits as many calls as there is room for, in order, and sets the alarm for the next. */
  serve(): void {
    this.#endWaits();
    for (;;) {
      const orderLeft = this.#turns.choose();
      const waiter = this.first;
      if (!waiter) return;
      const wait = this.#limiter.wait(waiter.cost);
      if (this.first !== waiter) return; // `holdWhile` was asked, and has changed the queue, which was served then
      if (wait > 0) {
        const reason = this.#reasonToRefuse(waiter.cost);
        if (!reason) return this.#alarm.set(Math.min(wait, orderLeft));
        this.#refuse(waiter, reason);
        continue;
      }
      waiter.trial = this.#limiter.admit(waiter.cost);
      this.#remove(waiter);
      waiter.resolve(waiter);
    }
  }

  /** Refuses the calls whose time is up, or will be up before the pause ends. */
  #endWaits(): void {
    if (this.#bounds.size === 0) return;
    const pausedFor = this.#limiter.pause.left();
    const now = this.#limiter.rules.clock.now();
    for (let bound = this.#bounds.first; bound; bound = this.#bounds.first) {
      const { waiter, end, reason } = bound;
      if (end > now + pausedFor) return this.#alarm.set(end - now);
      this.#turns.giveUp(waiter);
      this.#refuse(waiter, end > now ? "paused" : reason);
    }
  }

  #refuse(waiter: Waiter, reason: RateLimitReason): void {
    this.#remove(waiter);
    waiter.refusal = reason;
    waiter.resolve(waiter);
  }

  /** Removes a call that its caller aborted. */
  #abandon(waiter: Waiter): void {
    const wasFirst = this.first === waiter;
    this.#turns.giveUp(waiter);
    this.#remove(waiter);
    waiter.reject(unsent(waiter.call));
    // The next call may cost less.
    if (wasFirst) this.serve();
  }

  /** Returns why a call that can wait for `left` ms must not: its turn cannot come by then. */
  #reasonToRefuse(cost: number, left = Infinity, late?: RateLimitReason): RateLimitReason | undefined {
    const minWait = this.#limiter.minWait(cost);
    if (minWait === Infinity) return "cost";
    if (left > 0 && this.#limiter.pause.left() >= left) return "paused";
    return minWait < left ? undefined : late;
  }

  #remove(waiter: Waiter): void {
    this.#turns.leave(waiter);
    if (waiter.bound) this.#bounds.leave(waiter.bound);
    waiter.listening?.leave();
    if (this.size === 0) this.#alarm.stop();
  }

  /** Ends a wait in the async context of its caller, which `then` keeps. One function for all, to allocate none per call. */
  readonly #proceed = <I, O>(waiter: Waiter<I, O>): Promise<O> => {
    const { call, next, cost, since, trial, refusal } = waiter;
    if (refusal) throw this.#limiter.refuse(call, cost, refusal);
    const { clock, limiter } = this.#limiter.rules;
    const { signal } = call;
    // After it was admitted, its caller may have aborted it, or another call may have opened the circuit or become the probe. Not asked
    // again after the event: a listener that isolated the circuit then, and closed it at the next wait, would loop for ever.
    if (!signal.aborted && !this.#limiter.pause.hold()) {
      call.emit?.({
        type: "rate-limit-acquire",
        ...about(call),
        limiter,
        waited: clock.now() - since,
      } satisfies RateLimitEvent as RateLimitEvent);
      if (!signal.aborted) return this.#limiter.start(call, next, cost, trial);
    }
    this.#limiter.giveBack(cost, trial);
    if (signal.aborted) throw unsent(call);
    return this.#wait(waiter, true);
  };
}

/**
 * Ends the work of a call that was aborted before it was sent, and returns the abort's reason, with which it rejects: that alone would not
 * tell the limiters above that they can give back what they took.
 */
function unsent(call: Call): unknown {
  call.work.hold()({ verdict: { action: "stop", processed: "no" } satisfies VerdictInit });
  return call.signal.reason;
}
