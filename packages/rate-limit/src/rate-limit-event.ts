/** What the limiters tell those who listen. */
import type { Call, ResilienceEvent } from "@evenkeel/core";
import type { LimiterName, RateLimitReason } from "./rate-limit-error.ts";

interface LimiterEvent extends ResilienceEvent {
  readonly limiter: LimiterName;
}

/** A call has joined the queue. */
export interface RateLimitWaitEvent extends LimiterEvent {
  readonly type: "rate-limit-wait";
  /** How many calls of the key wait now, this one included. */
  readonly waiting: number;
  /** Whether the key is paused, so that nobody is let through for now. */
  readonly paused: boolean;
}

/** A call that had to wait was let through. */
export interface RateLimitAcquireEvent extends LimiterEvent {
  readonly type: "rate-limit-acquire";
  /** How long it waited, in ms. */
  readonly waited: number;
}

/** A call was refused, at once or after a wait. A call whose caller aborts leaves the queue without an event. */
export interface RateLimitRejectEvent extends LimiterEvent {
  readonly type: "rate-limit-reject";
  readonly reason: RateLimitReason;
  /** Milliseconds after which there may be room, where that is known. */
  readonly retryAfter: number | undefined;
}

/** A call was throttled by the upstream, and its key is paused for everyone. */
export interface RateLimitPauseEvent extends LimiterEvent {
  readonly type: "rate-limit-pause";
  /** How long the pause lasts from now, in ms. */
  readonly retryAfter: number;
}

/** The events of this package. */
export type RateLimitEvent = RateLimitWaitEvent | RateLimitAcquireEvent | RateLimitRejectEvent | RateLimitPauseEvent;

/** What every event says of the call that it is about. */
export function about(call: Call, limiter: LimiterName): Omit<LimiterEvent, "type"> {
  return { key: call.key, attempt: call.attempt, call: call.work.root, limiter };
}
