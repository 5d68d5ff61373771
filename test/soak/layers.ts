/** Each layer, and all of them composed, with calls that end in every possible way, and share one signal. */
import { circuitBreaker, consecutive } from "@evenkeel/circuit-breaker";
import { compose, onAbort, type Call, type EndWork, type Layer } from "@evenkeel/core";
import { semaphore, tokenBucket } from "@evenkeel/rate-limit";
import { constant, retry, retryBudget } from "@evenkeel/retry";
import { seededRandom } from "@evenkeel/testkit";
import { timeout } from "@evenkeel/timeout";
import type { Load, Started } from "./measure.ts";

const calls = 2_000_000;
/** How many calls run concurrently. */
const crowd = 500;

export const layers: readonly Load[] = [
  { name: "timeout", calls, start: () => started(timeout(5_000)) },
  { name: "nested timeouts", calls, start: () => started(compose(timeout(60_000), timeout(5_000))) },
  { name: "retry, with a budget", calls, start: () => started(retrying()) },
  { name: "circuit breaker", calls, start: () => started(breaking()) },
  {
    name: "semaphore",
    calls,
    start() {
      const limit = semaphore({ permits: 100 });
      return started(limit, () => limit.active() + limit.waiting());
    },
  },
  {
    name: "token bucket",
    calls,
    start() {
      const limit = tokenBucket({ limit: 1_000, interval: 1, burst: 300 });
      return started(limit, () => limit.waiting());
    },
  },
  {
    name: "the pipeline",
    calls,
    start() {
      const limit = semaphore({ permits: 100 });
      const breaker = breaking();
      const pipeline = compose(timeout(60_000), retrying(), breaker.gate, limit, breaker, timeout(5_000));
      return started(pipeline, () => limit.active() + limit.waiting());
    },
  },
];

function retrying(): Layer {
  return retry({ retries: 2, backoff: constant(0), budget: retryBudget() });
}

function breaking(): ReturnType<typeof circuitBreaker> {
  return circuitBreaker({ trip: consecutive(3), openFor: 1 });
}

function started(layer: Layer, held = () => 0): Started {
  const random = seededRandom(7);
  const { signal } = new AbortController();
  let streams = 0;

  async function call(): Promise<void> {
    const fate = random();
    const own = fate < 0.05 ? new AbortController() : undefined;
    const init = { signal: own?.signal ?? signal, emit: () => {} };
    const outcome = layer.run((each) => operation(fate, each), init);
    if (own) setImmediate(() => own.abort(new Error("cancelled by its caller")));
    await outcome.catch(() => {});
  }

  /** Ends in one of the ways that a call can end. */
  function operation(fate: number, { signal, work }: Call): Promise<unknown> {
    if (fate < 0.01) return new Promise((resolve) => setImmediate(() => setImmediate(resolve))); // ignores its signal
    if (fate < 0.05) return new Promise((_, reject) => onAbort(signal, reject));
    if (fate < 0.1) return Promise.reject(new Error("down"));
    if (fate < 0.15) stream(work.hold(), fate < 0.11);
    if (fate < 0.25) return new Promise((resolve) => setImmediate(() => resolve({})));
    return Promise.resolve({});
  }

  /** Continues after its call has been answered. */
  function stream(endWork: EndWork, isCut: boolean): void {
    streams++;
    setImmediate(() => {
      streams--;
      endWork(isCut ? new Error("cut") : undefined);
    });
  }

  return {
    signal,
    held: () => held() + streams,
    async run(times) {
      for (let left = times; left > 0; left -= crowd)
        await Promise.all(Array.from({ length: Math.min(crowd, left) }, call));
      await new Promise((resolve) => setTimeout(resolve, 5));
    },
  };
}
