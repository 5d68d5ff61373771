/** Emits the events of a circuit's transitions. */
import { about, type Call } from "@evenkeel/core";
import type { CircuitEvent } from "./circuit-event.ts";
import type { Circuit } from "./circuit.ts";

/** Emits the event of the transition that this call has just caused. */
export function emitTransition(call: Call, { phase, reason, openFor }: Circuit, error?: unknown): void {
  const emit: ((event: CircuitEvent) => void) | undefined = call.emit;
  if (phase === "closed") emit?.({ type: "circuit-close", ...about(call) });
  else if (phase === "half-open") emit?.({ type: "circuit-half-open", ...about(call) });
  else emit?.({ type: "circuit-open", ...about(call), reason, openFor: phase === "open" ? openFor : Infinity, error });
}
