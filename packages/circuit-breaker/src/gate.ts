/** The breaker's second layer: refuses early, and counts nothing. */
import { layer, type Call, type Keyed, type Layer, type Next } from "@evenkeel/core";
import type { Circuit } from "./circuit.ts";
import { refuse } from "./refuse.ts";

/** Makes a layer that refuses what the circuit would refuse now, before it waits in a queue. It takes no probe's place. */
export function gate(circuits: Keyed<Circuit>): Layer {
  return layer(function gate<I, O>(call: Call<I>, next: Next<I, O>): Promise<O> {
    const circuit = circuits.peek(call.key);
    return circuit === undefined || circuit.hasRoom ? next(call) : refuse(call, circuit);
  });
}
