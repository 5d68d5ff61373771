/** Lets the calls of one key through as far as a limit allows, and hears when their work is over. */
import { judge, stackless, type Call, type Next, type Verdict } from "@evenkeel/core";
import { Pause, pauseOf } from "./pause.ts";
import type { QueueRules } from "./queue-options.ts";
import { RateLimitError, type RateLimitReason } from "./rate-limit-error.ts";
import { about, type RateLimitEvent } from "./rate-limit-event.ts";
import { SlowStart, type Pioneer } from "./slow-start.ts";
import { WaitingRoom, type Door } from "./waiting-room.ts";

/** Nobody tells us when a hold ends: it is asked for again after so many ms. */
const askAgainAfter = 1_000;

/** What every limiter does; a subclass knows what it limits. */
export abstract class Gate implements Door {
  readonly rules: QueueRules;
  readonly #key: string;
  /** What stands in the error of a refusal. */
  protected abstract readonly limit: number;
  readonly #pause: Pause;
  /** There after a pause, until nobody waits any more. */
  #slowStart: SlowStart | undefined;
  /** Made when the first call has to wait. */
  #room: WaitingRoom | undefined;

  constructor(rules: QueueRules, key: string) {
    this.rules = rules;
    this.#key = key;
    this.#pause = new Pause(rules.clock);
  }

  /** Milliseconds until the limit has room for `cost`: 0 for now, `Infinity` where only the end of other work can tell. */
  protected abstract shortage(cost: number): number;
  abstract soonest(cost: number): number;
  protected abstract take(cost: number): void;
  /** Ends what took `cost`: `undone` says that nothing was done for it, `reported` what it has really cost, where that is known. */
  protected abstract end(cost: number, undone: boolean, reported?: number): void;

  get waiting(): number {
    return this.#room?.size ?? 0;
  }

  get pausedFor(): number {
    if (this.#isHeld) this.#holdBack(askAgainAfter);
    return this.#pause.left;
  }

  /** Whether forgetting this gate would forget nothing. */
  get isIdle(): boolean {
    return this.waiting === 0 && this.pausedFor === 0;
  }

  /** Runs the call when it may, for `cost`. */
  pass<I, O>(call: Call<I>, next: Next<I, O>, cost: number): Promise<O> {
    if (call.signal.aborted) return Promise.reject(call.signal.reason);
    if (this.waiting === 0) {
      if (this.#slowStart?.isOver && this.pausedFor === 0) this.#slowStart = undefined;
      const inTime = call.deadline === Infinity || call.deadline > this.rules.clock.now();
      if (inTime && this.wait(cost) === 0) return this.start(call, next, cost, this.admit(cost));
    }
    return (this.#room ??= new WaitingRoom(this)).enter(call, next, cost);
  }

  wait(cost: number): number {
    return Math.max(this.pausedFor, this.#slowStart?.wait ?? 0, this.shortage(cost));
  }

  /** Takes what a call needs. */
  admit(cost: number): Pioneer | undefined {
    this.take(cost);
    return this.#slowStart?.enter();
  }

  /** Lets through who waits and may pass now. */
  serve(): void {
    this.#room?.serve();
  }

  giveBack(cost: number, pioneer: Pioneer | undefined): void {
    if (pioneer) this.#slowStart?.leave(pioneer, false);
    this.end(cost, true);
    this.serve();
  }

  /** Holds everyone back for `ms` from now, because of `call`, unless that was known. */
  pauseFor(ms: number, call?: Call): void {
    if (!this.#holdBack(ms)) return;
    const emit: ((event: RateLimitEvent) => void) | undefined = call?.emit;
    if (call) emit?.({ type: "rate-limit-pause", ...about(call, this.rules.limiter), retryAfter: ms });
    this.serve();
  }

  get #isHeld(): boolean {
    try {
      return !!this.rules.holdWhile?.(this.#key);
    } catch {
      return false; // a rule that fails must not hold calls for ever
    }
  }

  /** Returns whether the pause has grown. */
  #holdBack(ms: number): boolean {
    const grows = this.#pause.extend(ms);
    if (grows) (this.#slowStart ??= new SlowStart(this.rules.clock)).restart();
    return grows;
  }

  resume(): void {
    this.#pause.end();
    this.serve();
  }

  refuse(call: Call, cost: number, reason: RateLimitReason): RateLimitError {
    const { limiter } = this.rules;
    const wait = reason === "paused" ? this.pausedFor : this.wait(cost);
    const retryAfter = wait > 0 && wait < Infinity ? wait : undefined;
    const emit: ((event: RateLimitEvent) => void) | undefined = call.emit;
    emit?.({ type: "rate-limit-reject", ...about(call, limiter), reason, retryAfter });
    return stackless(() => new RateLimitError({ reason, limiter, key: call.key, limit: this.limit, retryAfter }));
  }

  start<I, O>(call: Call<I>, next: Next<I, O>, cost: number, pioneer: Pioneer | undefined): Promise<O> {
    try {
      return next(call).then(
        (result) => {
          this.#settled(call, cost, pioneer);
          return result;
        },
        (error: unknown) => {
          this.#settled(call, cost, pioneer, error);
          throw error;
        },
      );
    } catch (error) {
      this.#settled(call, cost, pioneer, error);
      return Promise.reject(error);
    }
  }

  /** The promise has settled, but what was taken is held until the work is over. */
  #settled(call: Call, cost: number, pioneer: Pioneer | undefined, thrown?: unknown): void {
    const undone = this.#heed(call, thrown);
    let isIn = thrown === undefined;
    // Before others are let in: what has ended by now may have been throttled after it was answered.
    call.work.over((error, reported) => {
      isIn &&= error === undefined;
      this.end(cost, (error !== thrown && this.#heed(call, error)) || undone, reported);
      this.serve();
    });
    if (!pioneer) return;
    this.#slowStart?.leave(pioneer, isIn);
    this.serve();
  }

  /** Takes from an error what concerns everyone: a pause. Returns whether the upstream has surely done nothing for the call. */
  #heed(call: Call, error: unknown): boolean {
    // An abort is the caller's doing, and says nothing of the upstream.
    if (error === undefined || error === call.signal.reason) return false;
    let verdict: Verdict;
    try {
      verdict = judge(call, error, this.rules.classify);
    } catch {
      return false; // a classifier that fails must not cost a permit
    }
    this.pauseFor(pauseOf(verdict), call);
    return verdict.processed === "no";
  }
}
