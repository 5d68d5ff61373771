/** This toolkit with other settings than its defaults, one thing changed at a time. */
import { circuitBreaker, timeWindow, type CircuitBreakerOptions } from "@evenkeel/circuit-breaker";
import { wrapFetch } from "@evenkeel/fetch";
import { semaphore } from "@evenkeel/rate-limit";
import { retry, retryBudget } from "@evenkeel/retry";
import { timeout } from "@evenkeel/timeout";
import { post, type Contender } from "../contender.ts";
import { concurrency } from "./careful-user.ts";
import { evenkeelSetTo, type Setting } from "./evenkeel.ts";

const changes: Readonly<Record<string, Setting>> = {
  "half of 10 calls": circuit({ trip: timeWindow({ duration: 30_000, failureRate: 0.5, minimumCalls: 10 }) }),
  "5 s, doubling": circuit({ openFor: 5_000, factor: 2 }),
  "5 s": circuit({ openFor: 5_000 }),
  "3 s": circuit({ openFor: 3_000 }),
  "1 s": circuit({ openFor: 1_000 }),
  "20 saved up": ({ clock }) => ({ budget: retryBudget({ clock, capacity: 20 }) }),
};

/** The layers of docs/guide/order-of-layers.md for work that can wait. */
const patient: Contender = {
  name: "one that waits",
  packages: [],
  settings: "another order of the layers",
  knowsConcurrency: true,
  start({ fetch, clock, random, limits: { attempt, patience } }) {
    const breaker = circuitBreaker({ clock, random });
    const resilient = wrapFetch(
      { fetch, clock },
      timeout(patience, { label: "total", clock }),
      retry({ budget: retryBudget({ clock }), clock, random }),
      semaphore({ permits: concurrency, holdWhile: breaker.refuses, clock }),
      breaker,
      timeout(attempt, { label: "attempt", clock }),
    );
    return (signal) => post(resilient, signal);
  },
};

/** Who is compared with the defaults. */
export const settings: readonly Contender[] = [
  ...Object.entries(changes).map(([name, change]) => evenkeelSetTo(name, change)),
  patient,
];

function circuit(options: CircuitBreakerOptions): Setting {
  return ({ clock, random }) => ({ breaker: circuitBreaker({ ...options, clock, random }) });
}
