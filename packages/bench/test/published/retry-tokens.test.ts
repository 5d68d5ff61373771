/** Marc Brooker, "Fixing retries with token buckets and circuit breakers" (2022), with our retry and his budgets. */
import { wrap, type Call } from "@evenkeel/core";
import { constant, retry, type RetryBudget } from "@evenkeel/retry";
import { seededRandom } from "@evenkeel/testkit";
import { describe, expect, it } from "vitest";
import { arrivals } from "../../src/gauntlet/arrivals.ts";
import { virtualTime } from "../../src/gauntlet/virtual-time.ts";
import { batches, compareShare, disagreements } from "./agreement.ts";

/** What each client decides by; one of its own, shared by its calls. */
interface Strategy {
  readonly retries: number;
  onCall?(): void;
  onFailure?(): void;
  mayRetry?(): boolean;
}

const strategies = {
  none: (): Strategy => ({ retries: 0 }),
  three: (): Strategy => ({ retries: 3 }),
  adaptive(): Strategy {
    let tokens = 5;
    return {
      retries: Infinity,
      onCall: () => void (tokens = Math.min(5, tokens + 0.1)),
      mayRetry: () => tokens > 1 && tokens-- > 1,
    };
  },
  breaker(): Strategy {
    let calls = 0;
    let failures = 0;
    return {
      retries: 3,
      onCall: () => void calls++,
      onFailure: () => void failures++,
      mayRetry: () => failures / calls <= 0.1,
    };
  },
};

type Name = keyof typeof strategies;
type Row = readonly [name: Name, failing: number, success: number, load: number];

/** In percent, and in requests per call. */
const steady: readonly Row[] = [
  ["none", 0.05, 95, 1],
  ["none", 0.2, 80, 1],
  ["three", 0.05, 100, 1.053],
  ["three", 0.1, 99.99, 1.111],
  ["three", 0.2, 99.84, 1.248],
  ["three", 0.5, 93.77, 1.875],
  ["three", 1, 0, 4],
  ["adaptive", 0.05, 99.98, 1.052],
  ["adaptive", 0.1, 98.41, 1.093],
  ["adaptive", 0.2, 87.99, 1.1],
  ["adaptive", 0.5, 54.97, 1.1],
  ["adaptive", 1, 0, 1.1],
  ["breaker", 0.05, 99.98, 1.053],
  // At 0.1, the breaker's own limit, it never becomes steady.
  ["breaker", 0.2, 80, 1],
  ["breaker", 0.5, 49.98, 1],
  ["breaker", 1, 0, 1],
];

/** Of the first hundred calls of each client, as published. */
const early: readonly Row[] = [
  ["adaptive", 0.05, 99.98, 1.052],
  ["adaptive", 0.1, 99.21, 1.102],
  ["adaptive", 1, 0, 1.14],
  ["breaker", 0.05, 98.61, 1.038],
  ["breaker", 0.1, 92.8, 1.031],
];

describe("retries under a token bucket or a breaker", { timeout: 60_000 }, () => {
  it.each(steady)("%s, %d of requests failing: %d %%, %d times the load", async (name, failing, success, load) => {
    expect(await compare({ name, failing, clients: 25, seconds: 160, from: 80 }, success, load)).toEqual([]);
  });

  it.each(early)(
    "%s, %d of requests failing, the first ten seconds: %d %%, %d times the load",
    async (name, failing, success, load) => {
      expect(await compare({ name, failing, clients: 300, seconds: 10, from: 0 }, success, load)).toEqual([]);
    },
  );
});

interface Experiment {
  readonly name: Name;
  readonly failing: number;
  readonly clients: number;
  readonly seconds: number;
  /** The second from which calls are counted. */
  readonly from: number;
}

async function compare(experiment: Experiment, success: number, load: number): Promise<string[]> {
  const { good, sent } = await run(experiment);
  return disagreements([
    compareShare("success", good, success / 100),
    ["load", batches(sent), { mean: load, digit: 0.001 }],
  ]);
}

async function run({ name, failing, clients, seconds, from }: Experiment): Promise<{ good: number[]; sent: number[] }> {
  const clock = virtualTime();
  const random = seededRandom(7);
  const good: number[] = [];
  const sent: number[] = [];

  function client(): Promise<void> {
    const strategy: Strategy = strategies[name]();
    const budget: RetryBudget = { deposit() {}, withdraw: () => strategy.mayRetry?.() ?? true, balance: () => 0 };
    const ask = wrap(
      (call: Call<{ sent: number }>) => {
        call.input.sent++;
        if (random() >= failing) return Promise.resolve();
        strategy.onFailure?.();
        return Promise.reject(failure);
      },
      retry({ retries: strategy.retries, backoff: constant(0), budget, clock, random }),
    );
    return arrivals({ clock, random, rate: () => 10, seconds }, async (second) => {
      strategy.onCall?.();
      const count = { sent: 0 };
      const isGood = await ask(count).then(
        () => true,
        () => false,
      );
      if (second < from) return;
      good.push(Number(isGood));
      sent.push(count.sent);
    });
  }
  await clock.run(() => Promise.all(Array.from({ length: clients }, client)));
  return { good, sent };
}

const failure = new Error("It fails, whatever one does");
