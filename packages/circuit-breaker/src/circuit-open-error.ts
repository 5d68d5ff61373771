/** The error of a call that a circuit refused. */
import { ResilienceError, type Verdict } from "@evenkeel/core";
import type { CircuitState } from "./circuit-event.ts";

/** Reports that a circuit refused the call, so the operation was not called. Has no stack trace where the runtime allows. */
export class CircuitOpenError extends ResilienceError {
  static override readonly brand: string = "@evenkeel/circuit-breaker:CircuitOpenError";
  override readonly name = "CircuitOpenError" as const;
  readonly code = "CIRCUIT_OPEN" as const;
  readonly verdict: Verdict;
  /** The key whose circuit refused. */
  readonly key: string;
  /** The state of the circuit: open, half-open (all probes are in flight) or isolated. */
  readonly state: Exclude<CircuitState, "closed">;
  /** The time until a probe is admitted, in ms; `undefined` if unknown, as when half-open or isolated. */
  readonly retryAfter: number | undefined;

  constructor(key: string, state: Exclude<CircuitState, "closed">, retryAfter?: number) {
    super(`The circuit of "${key}" is ${state}`);
    this.key = key;
    this.state = state;
    this.retryAfter = retryAfter;
    this.verdict = { action: "elsewhere", kind: "refused", processed: "no", health: "neutral", retryAfter };
  }
}
