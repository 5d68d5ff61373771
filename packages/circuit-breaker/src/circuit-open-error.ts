/** The error of a refused call. */
import { ResilienceError, type Verdict } from "@evenkeel/core";
import type { CircuitState } from "./circuit-event.ts";

/** Says that a circuit refused the call, and that the operation was not called. Made without a stack. */
export class CircuitOpenError extends ResilienceError {
  static override readonly brand: string = "@evenkeel/circuit-breaker:CircuitOpenError";
  override readonly name = "CircuitOpenError" as const;
  readonly code = "CIRCUIT_OPEN" as const;
  readonly verdict: Verdict;
  /** The upstream whose circuit refused. */
  readonly key: string;
  /** Why: it is open, all its probes are under way, or it is isolated. */
  readonly state: Exclude<CircuitState, "closed">;
  /** How long until a probe may go, in ms; `undefined` where nobody knows: while a probe decides, or when isolated. */
  readonly retryAfter: number | undefined;

  constructor(key: string, state: Exclude<CircuitState, "closed">, retryAfter?: number) {
    super(`The circuit of "${key}" is ${state}`);
    this.key = key;
    this.state = state;
    this.retryAfter = retryAfter;
    this.verdict = { action: "elsewhere", kind: "refused", processed: "no", health: "neutral", retryAfter };
  }
}
