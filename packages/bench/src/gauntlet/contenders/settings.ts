/** This toolkit with one setting changed at a time. */
import { circuitBreaker, consecutive, timeWindow, type CircuitBreakerOptions } from "@evenkeel/circuit-breaker";
import { retryBudget } from "@evenkeel/retry";
import type { Contender } from "../contender.ts";
import { evenkeelSetTo, type Setting } from "./evenkeel.ts";

const changes: Readonly<Record<string, Setting>> = {
  "half of 10 calls": circuit({ trip: timeWindow({ duration: 30_000, failureRate: 0.5, minimumCalls: 10 }) }),
  "4 failed attempts": circuit({ trip: consecutive(4), countPer: "attempt" }),
  "5 s, doubling": circuit({ openFor: 5_000, factor: 2 }),
  "5 s": circuit({ openFor: 5_000 }),
  "3 s": circuit({ openFor: 3_000 }),
  "1 s": circuit({ openFor: 1_000 }),
  "a reserve of 1": ({ clock }) => ({ budget: retryBudget({ clock, reserve: 1 }) }),
  "20 saved up": ({ clock }) => ({ budget: retryBudget({ clock, capacity: 20 }) }),
};

/** The contenders to compare with the defaults. */
export const settings: readonly Contender[] = Object.entries(changes).map(([name, change]) =>
  evenkeelSetTo(name, change),
);

function circuit(options: CircuitBreakerOptions): Setting {
  return ({ clock, random }) => ({ breaker: circuitBreaker({ ...options, clock, random }) });
}
