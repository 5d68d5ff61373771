/** Where calls wait for their turn: in order, bounded, and no longer than may be of use. */
import { checkNumber, listenForAbort, type Call, type Next } from "@evenkeel/core";
import { Alarm } from "./alarm.ts";
import type { QueueRules } from "./queue-options.ts";
import { Queue } from "./queue.ts";
import type { RateLimitError, RateLimitReason } from "./rate-limit-error.ts";
import { about, type RateLimitEvent } from "./rate-limit-event.ts";
import type { Pioneer } from "./slow-start.ts";
import { Bound, Waiter } from "./waiter.ts";

/** What a waiting room asks of the gate that it lies before. */
export interface Door {
  readonly rules: QueueRules;
  /** For how long the gate is shut to everyone yet, in ms. */
  readonly pausedFor: number;
  /** Milliseconds until `cost` may pass: 0 for now, `Infinity` where only an event can tell. */
  wait(cost: number): number;
  /** Milliseconds until `cost` may pass if all who have passed gave back what they took. */
  soonest(cost: number): number;
  /** Takes what a call needs. */
  admit(cost: number): Pioneer | undefined;
  /** Returns what was taken in vain. */
  giveBack(cost: number, pioneer: Pioneer | undefined): void;
  /** Runs a call that was admitted. */
  start<I, O>(call: Call<I>, next: Next<I, O>, cost: number, pioneer: Pioneer | undefined): Promise<O>;
  /** Makes the error of a refusal, and tells of it. */
  refuse(call: Call, cost: number, reason: RateLimitReason): RateLimitError;
}

/** The calls that wait before one gate, with one timer for all of them. */
export class WaitingRoom {
  readonly #door: Door;
  readonly #queue = new Queue<Waiter>();
  /** Those whose wait is bounded, the soonest first. */
  readonly #bounds = new Queue<Bound>();
  readonly #alarm: Alarm;

  constructor(door: Door) {
    this.#door = door;
    this.#alarm = new Alarm(door.rules.clock, () => this.serve());
  }

  get size(): number {
    return this.#queue.size;
  }

  /**
   * Runs the call when it is its turn.
   * @throws {RateLimitError} To wait is not allowed, or is or has become vain.
   * @throws The signal's reason, as soon as it aborts.
   */
  enter<I, O>(call: Call<I>, next: Next<I, O>, cost: number): Promise<O> {
    const { clock, queueTimeout, priority, limiter } = this.#door.rules;
    const isBounded = call.deadline < Infinity || queueTimeout < Infinity;
    const now = isBounded || call.emit ? clock.now() : 0;
    const left = Math.min(call.deadline - now, queueTimeout);
    const late = left < queueTimeout ? "deadline" : "queue-timeout";
    const reason = this.#refusal(cost, left, late);
    if (reason) return Promise.reject(this.#door.refuse(call, cost, reason));

    return new Promise<Waiter<I, O>>((resolve) => {
      const rank = priority ? checkNumber("priority(call)", priority(call), { min: -Infinity }) : 0;
      const waiter = new Waiter<I, O>(this, call, next, cost, now, resolve);
      this.#queue.join(waiter, rank, call.attempt > 1);
      if (isBounded) {
        waiter.bound = new Bound(waiter, now + left, late);
        this.#bounds.join(waiter.bound, -waiter.bound.end);
      }
      this.#alarm.set(left);
      // Last, because `priority` may have aborted it.
      waiter.listening = listenForAbort(call.signal, waiter);
      const emit: ((event: RateLimitEvent) => void) | undefined = call.emit;
      emit?.({
        type: "rate-limit-wait",
        ...about(call, limiter),
        waiting: this.size,
        paused: this.#door.pausedFor > 0,
      });
      if (this.#queue.first === waiter) this.serve();
    }).then(this.#proceed);
  }

  /** Lets through whose turn it is, as many as may pass, and sets the alarm for those who may pass later. */
  serve(): void {
    this.#endWaits();
    for (let waiter = this.#queue.first; waiter; waiter = this.#queue.first) {
      const wait = this.#door.wait(waiter.cost);
      if (wait > 0) {
        if (this.#door.pausedFor < Infinity) return this.#alarm.set(wait);
        this.#turnAway(waiter, "paused");
        continue;
      }
      waiter.pioneer = this.#door.admit(waiter.cost);
      waiter.hasPassed = true;
      this.#dismiss(waiter);
      const { call, since } = waiter;
      const { limiter, clock } = this.#door.rules;
      const emit: ((event: RateLimitEvent) => void) | undefined = call.emit;
      emit?.({ type: "rate-limit-acquire", ...about(call, limiter), waited: clock.now() - since });
    }
  }

  /** Ends the waits whose time is over or, during a pause, will be before it ends. */
  #endWaits(): void {
    if (this.#bounds.size === 0) return;
    const { pausedFor, rules } = this.#door;
    const now = rules.clock.now();
    for (let bound = this.#bounds.first; bound; bound = this.#bounds.first) {
      const { waiter, end, reason } = bound;
      if (end > now + pausedFor) return this.#alarm.set(end - now);
      this.#turnAway(waiter, end > now ? "paused" : reason);
    }
  }

  #turnAway(waiter: Waiter, reason: RateLimitReason): void {
    this.#dismiss(waiter);
    waiter.reason = this.#door.refuse(waiter.call, waiter.cost, reason);
  }

  /** Lets a caller go who wants to wait no more. */
  abandon(waiter: Waiter, reason: unknown): void {
    const wasFirst = this.#queue.first === waiter;
    waiter.reason = reason;
    this.#dismiss(waiter);
    // The next may want less than the first did.
    if (wasFirst) this.serve();
  }

  /** Why a call may not wait for `left` ms at most: what it waits for cannot come before, or too many wait already. */
  #refusal(cost: number, left: number, late: RateLimitReason): RateLimitReason | undefined {
    const { pausedFor, rules } = this.#door;
    if (left <= 0) return late;
    if (pausedFor >= left) return "paused";
    if (this.#door.soonest(cost) >= left) return late;
    return this.size >= rules.maxQueue ? "queue-full" : undefined;
  }

  #dismiss(waiter: Waiter): void {
    this.#queue.leave(waiter);
    if (waiter.bound) this.#bounds.leave(waiter.bound);
    waiter.listening?.leave();
    if (this.size === 0) this.#alarm.stop();
    waiter.resolve(waiter);
  }

  /** Follows a wait: the same function for all, so that none is made for each. Its promise keeps the async context of the caller. */
  readonly #proceed = <I, O>({ call, next, cost, pioneer, hasPassed, reason }: Waiter<I, O>): Promise<O> => {
    if (!hasPassed) throw reason;
    if (!call.signal.aborted) return this.#door.start(call, next, cost, pioneer);
    // Aborted between its turn and this moment.
    this.#door.giveBack(cost, pioneer);
    throw call.signal.reason;
  };
}
