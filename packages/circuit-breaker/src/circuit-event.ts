/** The events of the circuit breaker. */
import type { ResilienceEvent } from "@evenkeel/core";
import type { TripReason } from "./trip-condition.ts";

/** The state of a circuit: `closed` admits calls, `open` refuses them, `half-open` admits probes only, `isolated` refuses until closed by hand. */
export type CircuitState = "closed" | "open" | "half-open" | "isolated";

/** Why a circuit opened: a trip condition was met, a probe failed or was slow, or `isolate` was called. */
export type OpenReason = TripReason | "probe-failed" | "isolated";

/** The circuit opened, because of this call or because `isolate` was called. */
export interface CircuitOpenEvent extends ResilienceEvent {
  readonly type: "circuit-open";
  readonly reason: OpenReason;
  /** How long the circuit stays open, in ms; `Infinity` if it was isolated. */
  readonly openFor: number;
  /** The failure that opened the circuit, if one did. */
  readonly error?: unknown;
}

/** The circuit's open time is over, and this call is the first probe. */
export interface CircuitHalfOpenEvent extends ResilienceEvent {
  readonly type: "circuit-half-open";
}

/** The circuit closed, because this call was the last probe that it needed, or because `close` was called. */
export interface CircuitCloseEvent extends ResilienceEvent {
  readonly type: "circuit-close";
}

/** The breaker or its gate refused this call. */
export interface CircuitRejectEvent extends ResilienceEvent {
  readonly type: "circuit-reject";
  readonly state: Exclude<CircuitState, "closed">;
  /** The time until a probe is admitted, in ms, if that is known. */
  readonly retryAfter?: number | undefined;
}

/** The events of this package. */
export type CircuitEvent = CircuitOpenEvent | CircuitHalfOpenEvent | CircuitCloseEvent | CircuitRejectEvent;
