/** Admits the calls of one key as far as a limit allows, and gives back what they took when their work is over. */
import { about, invoke, judge, stackless, type Call, type Next } from "@evenkeel/core";
import { Pause, pauseOf } from "./pause.ts";
import type { QueueRules } from "./queue-options.ts";
import { RateLimitError, type RateLimitReason } from "./rate-limit-error.ts";
import type { RateLimitEvent } from "./rate-limit-event.ts";
import type { Trial } from "./slow-start.ts";
import { WaitingRoom, type AdmissionControl } from "./waiting-room.ts";

/** What all limiters have in common. A subclass defines what is limited. */
export abstract class Limiter implements AdmissionControl {
  readonly rules: QueueRules;
  readonly pause: Pause;
  /** The limit that a refusal's error reports. */
  protected abstract readonly limit: number;
  /** Created when the first call has to wait. */
  #room: WaitingRoom | undefined;

  constructor(rules: QueueRules, key: string) {
    this.rules = rules;
    this.pause = new Pause(rules, key);
  }

  /** Returns in how many ms the limit has room for `cost`: 0 for now, `Infinity` if that depends on other work ending. */
  protected abstract ownWait(cost: number): number;
  abstract minWait(cost: number): number;
  protected abstract take(cost: number): void;
  /**
   * Reverses `take` when the work is over.
   * @param undone Whether the upstream surely did nothing for the call.
   * @param reported What the call actually cost, if that is known.
   */
  protected abstract release(cost: number, undone: boolean, reported?: number): void;

  get waiting(): number {
    return this.#room?.size ?? 0;
  }

  /** Whether this limiter can be forgotten without loss. */
  get isIdle(): boolean {
    return this.waiting === 0 && this.pause.timeLeft === 0;
  }

  /** Runs the call as soon as the limit admits it at this cost. */
  pass<I, O>(call: Call<I>, next: Next<I, O>, cost: number): Promise<O> {
    if (this.waiting === 0) {
      this.pause.endSlowStart();
      const inTime = call.deadline === Infinity || call.deadline > this.rules.clock.now();
      // Checked last, because `holdWhile` may abort the call.
      const mayStart = inTime && this.wait(cost) === 0 && !call.signal.aborted;
      if (mayStart) return this.start(call, next, cost, this.admit(cost));
    }
    return (this.#room ??= new WaitingRoom(this)).enter(call, next, cost);
  }

  wait(cost: number): number {
    return Math.max(this.pause.wait(), this.ownWait(cost));
  }

  admit(cost: number): Trial | undefined {
    this.take(cost);
    return this.pause.slowStart?.enter();
  }

  /** Admits waiting calls for which there is room now. */
  serve(): void {
    this.#room?.serve();
  }

  giveBack(cost: number, trial: Trial | undefined): void {
    if (trial) this.pause.slowStart?.leave(trial, false);
    this.release(cost, true);
    this.serve();
  }

  /** Holds all calls back for `ms` from now, unless they already are. `call` is the one that was throttled, if any. */
  pauseFor(ms: number, call?: Call): void {
    if (!this.pause.extend(ms)) return;
    call?.emit?.({
      type: "rate-limit-pause",
      ...about(call),
      limiter: this.rules.limiter,
      retryAfter: ms,
    } satisfies RateLimitEvent as RateLimitEvent);
    this.serve();
  }

  resume(): void {
    this.pause.end();
    this.serve();
  }

  refuse(call: Call, cost: number, reason: RateLimitReason): RateLimitError {
    const { limiter } = this.rules;
    // Before the first waiting call starts, no other of its priority can, and no place in the queue becomes free.
    const wait = reason === "paused" ? this.pause.left() : this.wait(Math.max(cost, this.#room?.first?.cost ?? 0));
    const retryAfter = wait > 0 && wait < Infinity ? wait : undefined;
    call.emit?.({
      type: "rate-limit-reject",
      ...about(call),
      limiter,
      reason,
      retryAfter,
    } satisfies RateLimitEvent as RateLimitEvent);
    return stackless(() => new RateLimitError({ reason, limiter, key: call.key, limit: this.limit, retryAfter }));
  }

  start<I, O>(call: Call<I>, next: Next<I, O>, cost: number, trial: Trial | undefined): Promise<O> {
    return invoke(next, call).then(
      (result) => {
        this.#settled(call, cost, trial);
        return result;
      },
      (error: unknown) => {
        this.#settled(call, cost, trial, error);
        throw error;
      },
    );
  }

  /** Called when the promise has settled. What was taken is held until the work is over. */
  #settled(call: Call, cost: number, trial: Trial | undefined, thrown?: unknown): void {
    const undone = this.#heed(call, thrown);
    let isAccepted = thrown === undefined;
    // Comes first, because work that is over by now may have been throttled after it was answered.
    call.work.over((error, reported) => {
      isAccepted &&= error === undefined;
      this.release(cost, (error !== thrown && this.#heed(call, error)) || undone, reported);
      this.serve();
    });
    if (!trial) return;
    this.pause.slowStart?.leave(trial, isAccepted);
    this.serve();
  }

  /** Pauses the key if the error says so. Returns whether the upstream surely did nothing for the call. */
  #heed(call: Call, error: unknown): boolean {
    // An abort is the caller's doing, and says nothing about the upstream.
    if (error === undefined || error === call.signal.reason) return false;
    try {
      const verdict = judge(call, error, this.rules.classify);
      this.pauseFor(pauseOf(verdict), call);
      return verdict.processed === "no";
    } catch {
      return false; // neither a failing `classify` nor a verdict that cannot be read must leak a permit
    }
  }
}
