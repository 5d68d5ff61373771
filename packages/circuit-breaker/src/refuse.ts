/** Refuses a call at the price of one small error. */
import { stackless, type Call } from "@evenkeel/core";
import type { CircuitRejectEvent } from "./circuit-event.ts";
import { CircuitOpenError } from "./circuit-open-error.ts";
import type { Circuit } from "./circuit.ts";

/** Tells of the refusal and rejects. The circuit has just refused, so it is not closed. */
export function refuse(call: Call, circuit: Circuit): Promise<never> {
  const { key } = call;
  const state = circuit.phase as CircuitRejectEvent["state"];
  const retryAfter = state === "open" ? circuit.remaining : undefined;
  const emit: ((event: CircuitRejectEvent) => void) | undefined = call.emit;
  emit?.({ type: "circuit-reject", key, attempt: call.attempt, call: call.work.root, state, retryAfter });
  const error = stackless(() => new CircuitOpenError(key, state, retryAfter));
  return done.then(() => {
    throw error;
  });
}

/** To reject a microtask later costs half: by then somebody listens, and the host need not look for unhandled rejections. */
const done = Promise.resolve();
