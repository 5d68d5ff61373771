/** Emits the events of a circuit's transitions. */
import { about, type Call } from "@evenkeel/core";
import type { CircuitEvent, CircuitState } from "./circuit-event.ts";
import type { Circuit } from "./circuit.ts";

/** Emits the event of the transition from the phase that `was`, if this call has just caused one. */
export function emitTransition(
  call: Call,
  { phase, reason, openFor }: Circuit,
  was: CircuitState,
  error?: unknown,
): void {
  if (phase === was) return;
  const emit: ((event: CircuitEvent) => void) | undefined = call.emit;
  if (phase === "closed") emit?.({ type: "circuit-close", ...about(call) });
  else if (phase === "half-open") emit?.({ type: "circuit-half-open", ...about(call) });
  else emit?.({ type: "circuit-open", ...about(call), reason, openFor: phase === "open" ? openFor : Infinity, error });
}
