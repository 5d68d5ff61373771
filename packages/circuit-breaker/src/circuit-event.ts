/** What a circuit breaker tells those who listen. */
import type { ResilienceEvent } from "@evenkeel/core";
import type { TripReason } from "./trip-condition.ts";

/** What a circuit is: passing calls, refusing them, trying whether the upstream is well again, or refusing until told otherwise. */
export type CircuitState = "closed" | "open" | "half-open" | "isolated";

/** Why a circuit opened: a trip condition said so, a probe failed or was slow, or `isolate` was called. */
export type OpenReason = TripReason | "probe-failed" | "isolated";

/** A circuit opened, because of this call. */
export interface CircuitOpenEvent extends ResilienceEvent {
  readonly type: "circuit-open";
  readonly reason: OpenReason;
  /** How long it will stay open, in ms; `Infinity` when it is isolated. */
  readonly openFor: number;
  /** The failure that opened it, where one did. */
  readonly error?: unknown;
}

/** An open circuit has waited long enough, and this call is its first probe. */
export interface CircuitHalfOpenEvent extends ResilienceEvent {
  readonly type: "circuit-half-open";
}

/** A circuit closed: this call was the last probe that it needed. */
export interface CircuitCloseEvent extends ResilienceEvent {
  readonly type: "circuit-close";
}

/** A call was refused. */
export interface CircuitRejectEvent extends ResilienceEvent {
  readonly type: "circuit-reject";
  readonly state: Exclude<CircuitState, "closed">;
  /** How long until a probe may go, in ms, where that is known. */
  readonly retryAfter?: number | undefined;
}

/** The events of this package. */
export type CircuitEvent = CircuitOpenEvent | CircuitHalfOpenEvent | CircuitCloseEvent | CircuitRejectEvent;
