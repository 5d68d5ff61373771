/** State by key: ten million keys that come and go, and an hour of virtual time in which they do so while calls are slow. */
import { queryObjects } from "node:v8";
import { circuitBreaker } from "@evenkeel/circuit-breaker";
import { compose, sleep, type Call, type Clock, type Layer } from "@evenkeel/core";
import { semaphore, tokenBucket } from "@evenkeel/rate-limit";
import { constant, retry, retryBudget } from "@evenkeel/retry";
import { fakeClock, seededRandom } from "@evenkeel/testkit";
import { timeout } from "@evenkeel/timeout";
import { Circuit } from "../../packages/circuit-breaker/src/circuit.ts";
import { Limiter } from "../../packages/rate-limit/src/limiter.ts";
import type { Load, Started } from "./measure.ts";

const calls = 10_000_000;
/** The most keys that a map remembers: twice the 1,000 idle ones, and up to three times those that were busy at the last sweep. */
const idle = 2_000;
/** Until the keys that were busy first are idle. */
const warmUp = (calls: number): number => Math.max(100_000, calls / 10);
const perSecond = 50;

export const keys: readonly Load[] = [
  {
    name: "keys of a circuit breaker",
    calls,
    warmUp,
    mayGrow: 6_144,
    mostKeys: idle + 3 * 1_500,
    start: () => manyKeys(circuitBreaker, Circuit),
  },
  {
    name: "keys of a semaphore",
    calls,
    warmUp,
    mostKeys: idle,
    start: () => manyKeys((options) => semaphore({ permits: 2, ...options }), Limiter),
  },
  {
    name: "keys of a token bucket",
    calls,
    warmUp,
    mostKeys: idle + 3 * 100,
    start: () => manyKeys((options) => tokenBucket({ limit: 10, interval: 1_000, ...options }), Limiter),
  },
  { name: "keys of a retry budget", calls, warmUp, mayGrow: 4_096, start: manyAccounts },
  {
    name: "an hour of virtual time",
    calls: 3_600 * perSecond,
    warmUp: () => 600 * perSecond,
    mayGrow: 4_096,
    mostKeys: idle + 3 * 3_000,
    start: anHour,
  },
];

/** Each key makes one call, a millisecond after the previous one. One in twenty fails. */
function manyKeys(make: (options: { clock: Clock }) => Layer, state: Parameters<typeof queryObjects>[0]): Started {
  let now = 0;
  const clock: Clock = { now: () => now, after: () => () => {} };
  const before = count(state);
  const layer = make({ clock });
  const succeeds = async (): Promise<void> => {};
  const fails = async (): Promise<never> => {
    throw down;
  };
  return {
    held: () => 0,
    keys: () => count(state) - before,
    async run(times) {
      for (let i = 0; i < times; i++) {
        const key = `tenant-${now++}`;
        await layer.run(i % 20 === 0 ? fails : succeeds, { key }).catch(() => {});
      }
    },
  };
}

/** One key in twenty is retried, and so is remembered for ten minutes. */
function manyAccounts(): Started {
  let now = 0;
  const budget = retryBudget({ clock: { now: () => now, after: () => () => {} } });
  return {
    held: () => 0,
    async run(times) {
      for (let i = 0; i < times; i++) {
        const key = `tenant-${now++}`;
        if (i % 20 === 0) budget.withdraw(key);
        else budget.deposit(key);
      }
    },
  };
}

/** Every second, 20 new keys make calls to an upstream that is slow and sometimes fails. */
function anHour(): Started {
  const clock = fakeClock();
  const random = seededRandom(7);
  const before = count(Limiter) + count(Circuit);
  const limit = semaphore({ permits: 2, clock });
  const bucket = tokenBucket({ limit: 10, interval: 1_000, clock });
  const breaker = circuitBreaker({ clock, random });
  const retrying = retry({ retries: 1, backoff: constant(200), budget: retryBudget({ clock }), clock, random });
  const pipeline = compose(
    timeout(10_000, { clock }),
    retrying,
    breaker.gate,
    limit,
    bucket,
    breaker,
    timeout(2_000, { clock }),
  );
  const { signal } = new AbortController();
  let second = 0;
  let open = 0;

  async function operation({ signal }: Call): Promise<void> {
    await sleep(clock, 3_000 * random() ** 3, signal);
    if (random() < 0.1) throw down;
  }

  async function call(key: string): Promise<void> {
    open++;
    await pipeline.run(operation, { key, signal }).catch(() => {});
    open--;
  }

  return {
    signal,
    held: () => open + clock.pending,
    keys: () => count(Limiter) + count(Circuit) - before,
    async run(times) {
      for (let left = times; left > 0; left -= perSecond, second++) {
        for (let each = 0; each < perSecond; each++) {
          void call(`tenant-${second}-${each % 20}`);
        }
        await clock.advance(1_000);
      }
      await clock.advance(20_000);
    },
  };
}

const down = new Error("down");

function count(state: Parameters<typeof queryObjects>[0]): number {
  return queryObjects(state, { format: "count" });
}
