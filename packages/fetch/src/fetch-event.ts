/** The events of the adapter. None of them contains a URL, a header or a body. */
import type { CircuitEvent } from "@evenkeel/circuit-breaker";
import type { RateLimit } from "@evenkeel/classify";
import type { ResilienceEvent, Verdict } from "@evenkeel/core";
import type { RateLimitEvent } from "@evenkeel/rate-limit";
import type { RetryEvent } from "@evenkeel/retry";
import type { TimeoutEvent } from "@evenkeel/timeout";

/** An attempt has settled: at the first content of its answer, or with a failure. */
export interface AttemptEvent extends ResilienceEvent {
  readonly type: "attempt";
  /** Milliseconds from sending the request to its first content or its failure. */
  readonly duration: number;
  /** The HTTP status, if there was a response. */
  readonly status: number | undefined;
  /** The verdict on the failure, of kind `cancelled` if the caller aborted; `undefined` for a success. */
  readonly verdict: Verdict | undefined;
}

/** A body has ended: read to its end, failed, cancelled or dropped. Not emitted for one that was read whole before it was handed on. */
export interface BodyEvent extends ResilienceEvent {
  readonly type: "body";
  /** Milliseconds from the first content. */
  readonly duration: number;
  /** How many bytes the reader was given. */
  readonly bytes: number;
  /** What ended it early; `undefined` if it ended normally or its reader stopped reading. */
  readonly error: unknown;
}

/** A stream broke, and `resume` continues it: its reader notices nothing. The continuation has just begun, after an `attempt` of its own. */
export interface ResumeEvent extends ResilienceEvent {
  readonly type: "resume";
  /** What broke the stream, as in the `body` event of the part before. */
  readonly error: unknown;
}

/** An SDK above has retried by itself. `resilientFetch` charges that to the budget, and makes a single attempt. */
export interface SdkRetryEvent extends ResilienceEvent {
  readonly type: "sdk-retry";
  /** How many retries of this request the SDK reports. */
  readonly retries: number;
}

/** A response carried the rate limits of its key. */
export interface RateLimitsEvent extends ResilienceEvent {
  readonly type: "rate-limits";
  readonly limits: RateLimit;
}

/** A call is delayed because a rate limit of its key is nearly used up. */
export interface PaceEvent extends ResilienceEvent {
  readonly type: "pace";
  /** The delay, in milliseconds. */
  readonly wait: number;
}

/** Any event that a fetch emits: one of the adapter, or of one of its layers. */
export type FetchEvent =
  | AttemptEvent
  | BodyEvent
  | ResumeEvent
  | SdkRetryEvent
  | RateLimitsEvent
  | PaceEvent
  | RetryEvent
  | CircuitEvent
  | RateLimitEvent
  | TimeoutEvent;
