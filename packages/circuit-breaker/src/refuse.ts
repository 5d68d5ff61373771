/** Refuses a call. */
import { about, stackless, type Call } from "@evenkeel/core";
import type { CircuitRejectEvent } from "./circuit-event.ts";
import { CircuitOpenError } from "./circuit-open-error.ts";
import type { Circuit } from "./circuit.ts";

/** Emits the event of a refusal and rejects. Call it only after the circuit has refused, when it cannot be closed. */
export function refuse(call: Call, circuit: Circuit): Promise<never> {
  const state = circuit.phase as CircuitRejectEvent["state"];
  const retryAfter = state === "open" ? circuit.remaining : undefined;
  const emit: ((event: CircuitRejectEvent) => void) | undefined = call.emit;
  emit?.({ type: "circuit-reject", ...about(call), state, retryAfter });
  const error = stackless(() => new CircuitOpenError(call.key, state, retryAfter));
  return done.then(() => {
    throw error;
  });
}

/** Rejecting one microtask later costs half: by then the promise has a handler, so the host does not track an unhandled rejection. */
const done = Promise.resolve();
