/** The breaker's second layer, which refuses calls before they wait in a queue. */
import { layer, type Call, type Keyed, type Layer, type Next } from "@evenkeel/core";
import type { Circuit } from "./circuit.ts";
import { refuse } from "./refuse.ts";

/** Returns a layer that refuses the calls that the circuit would refuse now. It counts nothing, and does not use up probes. */
export function gate(circuits: Keyed<Circuit>): Layer {
  return layer(function gate<I, O>(call: Call<I>, next: Next<I, O>): Promise<O> {
    const circuit = circuits.peek(call.key);
    return circuit?.hasRoom === false ? refuse(call, circuit) : next(call);
  });
}
