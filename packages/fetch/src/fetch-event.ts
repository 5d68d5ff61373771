/** What the adapter tells of requests and responses. Neither URLs nor headers nor bodies stand in an event. */
import type { RateLimit } from "@evenkeel/classify";
import type { Call, ResilienceEvent, Verdict } from "@evenkeel/core";

/** An attempt has settled: with the first content of its answer, or with a failure. */
export interface AttemptEvent extends ResilienceEvent {
  readonly type: "attempt";
  /** Milliseconds from sending the request to its first content or its failure. */
  readonly duration: number;
  /** The HTTP status, where there was a response. */
  readonly status: number | undefined;
  /** The verdict on the failure, of the kind `cancelled` where the caller aborted, or `undefined` for a success. */
  readonly verdict: Verdict | undefined;
}

/** A body that was handed on while it came is over: read to its end, cut, cancelled or forgotten. One that was read whole before tells none. */
export interface BodyEvent extends ResilienceEvent {
  readonly type: "body";
  /** Milliseconds from the first content. */
  readonly duration: number;
  readonly bytes: number;
  /** What ended it early; `undefined` for an end, and for a reader that had enough. */
  readonly error: unknown;
}

/** An SDK above has retried by itself: its retries multiply with ours. */
export interface SdkRetryEvent extends ResilienceEvent {
  readonly type: "sdk-retry";
  /** How many retries of this request the SDK says it has made. */
  readonly retries: number;
}

/** A response told of the limits of its key. */
export interface RateLimitsEvent extends ResilienceEvent {
  readonly type: "rate-limits";
  readonly limits: RateLimit;
}

/** A call waits because its key is running dry. */
export interface PaceEvent extends ResilienceEvent {
  readonly type: "pace";
  /** Milliseconds. */
  readonly wait: number;
}

/** An event of the adapter. */
export type FetchEvent = AttemptEvent | BodyEvent | SdkRetryEvent | RateLimitsEvent | PaceEvent;

/** Returns what every event of a call carries. */
export function about({ key, attempt, work }: Call): Omit<ResilienceEvent, "type"> {
  return { key, attempt, call: work.root };
}
