export type { Layer } from "@evenkeel/core";
export type { CircuitBreaker, CircuitBreakerOptions } from "./circuit-breaker.ts";
export { circuitBreaker } from "./circuit-breaker.ts";
export type {
  CircuitCloseEvent,
  CircuitEvent,
  CircuitHalfOpenEvent,
  CircuitOpenEvent,
  CircuitRejectEvent,
  CircuitState,
  OpenReason,
} from "./circuit-event.ts";
export { CircuitOpenError } from "./circuit-open-error.ts";
export type { CircuitSnapshot, SavedCircuit } from "./circuit-snapshot.ts";
export { consecutive } from "./consecutive.ts";
export type { CountWindowOptions } from "./count-window.ts";
export { countWindow } from "./count-window.ts";
export type { RateOptions } from "./rates.ts";
export type { TimeWindowOptions } from "./time-window.ts";
export { timeWindow } from "./time-window.ts";
export type { TripCondition, TripOutcome, TripReason, TripRecord } from "./trip-condition.ts";
