/** Emits the events of a circuit's transitions. */
import type { Call } from "@evenkeel/core";
import type { CircuitEvent } from "./circuit-event.ts";
import type { Circuit } from "./circuit.ts";

/** Emits the event of the transition that this call has just caused. */
export function emitTransition(call: Call, { phase, reason, openFor }: Circuit, error?: unknown): void {
  const emit: ((event: CircuitEvent) => void) | undefined = call.emit;
  const about = { key: call.key, attempt: call.attempt, call: call.work.root };
  if (phase === "closed") emit?.({ type: "circuit-close", ...about });
  else if (phase === "half-open") emit?.({ type: "circuit-half-open", ...about });
  else emit?.({ type: "circuit-open", ...about, reason, openFor: phase === "open" ? openFor : Infinity, error });
}
