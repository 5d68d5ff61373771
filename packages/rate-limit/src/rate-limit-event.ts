/** The events of the limiters. */
import type { ResilienceEvent } from "@evenkeel/core";
import type { LimiterName, RateLimitReason } from "./rate-limit-error.ts";

interface LimiterEvent extends ResilienceEvent {
  readonly limiter: LimiterName;
}

/** A call has joined the queue. */
export interface RateLimitWaitEvent extends LimiterEvent {
  readonly type: "rate-limit-wait";
  /** How many calls of the key are waiting, including this one. */
  readonly waiting: number;
  /** Whether the key is paused. */
  readonly paused: boolean;
}

/** A call that had to wait was admitted. */
export interface RateLimitAcquireEvent extends LimiterEvent {
  readonly type: "rate-limit-acquire";
  /** How long the call waited, in ms. */
  readonly waited: number;
}

/** A call was refused, at once or after a wait. Not emitted if the caller aborted. */
export interface RateLimitRejectEvent extends LimiterEvent {
  readonly type: "rate-limit-reject";
  readonly reason: RateLimitReason;
  /** In how many ms there may be room, if that is known. */
  readonly retryAfter: number | undefined;
}

/** The upstream throttled a call, so its key is paused for all calls. */
export interface RateLimitPauseEvent extends LimiterEvent {
  readonly type: "rate-limit-pause";
  /** How long the pause lasts, in ms. */
  readonly retryAfter: number;
}

/** The events of this package. */
export type RateLimitEvent = RateLimitWaitEvent | RateLimitAcquireEvent | RateLimitRejectEvent | RateLimitPauseEvent;
