/** The retry quotas of the AWS SDKs and of gRPC (proposal A6), with our retry: one caller, whose requests fail independently. */
import { wrap, type Call } from "@evenkeel/core";
import { constant, retry, type RetryBudget } from "@evenkeel/retry";
import { seededRandom } from "@evenkeel/testkit";
import { describe, expect, it } from "vitest";
import { batches, compareShare, disagreements } from "./agreement.ts";

/** A budget that hears how every attempt ended. */
interface Quota extends RetryBudget {
  heard(call: Call, isGood: boolean): void;
}

/** 500 tokens; a retry takes `cost`; what a success needed is given back, and one token to who needed none. */
function aws(cost: number): Quota {
  let tokens = 500;
  return {
    deposit() {},
    balance: () => tokens,
    withdraw() {
      if (tokens < cost) return false;
      tokens -= cost;
      return true;
    },
    heard({ attempt }, isGood) {
      if (isGood) tokens = Math.min(500, tokens + (attempt === 1 ? 1 : cost));
    },
  };
}

/** Ten tokens; a failure takes one, a success brings a tenth; retries need more than half. */
function grpc(): Quota {
  let tokens = 10;
  return {
    deposit() {},
    balance: () => tokens,
    withdraw: () => tokens > 5,
    heard(_call, isGood) {
      tokens = isGood ? Math.min(10, tokens + 0.1) : Math.max(0, tokens - 1);
    },
  };
}

type Row = readonly [failing: number, success: number, load: number];

const published: readonly (readonly [name: string, quota: () => Quota, retries: number, rows: readonly Row[]])[] = [
  [
    "AWS, 5 tokens",
    () => aws(5),
    2,
    [
      [0.1, 0.999, 1.11],
      [0.2, 0.992, 1.241],
      [0.3, 0.9728, 1.391],
      [0.4, 0.7814, 1.301],
      [0.5, 0.6008, 1.201],
      [1, 0, 1],
    ],
  ],
  [
    "AWS, 14 tokens",
    () => aws(14),
    2,
    [
      [0.2, 0.992, 1.241],
      [0.25, 0.9095, 1.214],
      [0.3, 0.816, 1.166],
      [0.5, 0.5369, 1.072],
      [1, 0, 1],
    ],
  ],
  [
    "gRPC",
    grpc,
    3,
    [
      [0.01, 1, 1.01],
      [0.05, 0.9994, 1.052],
      [0.08, 0.9762, 1.061],
      [0.0909, 0.9474, 1.041],
      [0.1, 0.9195, 1.021],
      [0.15, 0.8509, 1],
    ],
  ],
];

const cases = published.flatMap(([name, quota, retries, rows]) =>
  rows.map(([failing, success, load]) => ({ name, quota, retries, failing, success, load })),
);

describe("retry quotas", { timeout: 60_000 }, () => {
  it.each(cases)(
    "$name, $failing failing: $success, $load times the load",
    async ({ quota, retries, failing, success, load }) => {
      const { good, sent } = await ask(quota(), retries, failing, 60_000, 20_000);
      expect(
        disagreements([compareShare("success", good, success), ["load", batches(sent), { mean: load, digit: 0.001 }]]),
      ).toEqual([]);
    },
  );

  it.each([0.2, 0.3, 0.5])("gRPC retries next to nothing at %d failing", async (failing) => {
    const { sent } = await ask(grpc(), 3, failing, 20_000, 1_000);
    expect(sent.filter((count) => count > 1).length).toBeLessThan(20);
  });

  it.each([
    [5, 100],
    [14, 35],
  ])("AWS, %d tokens: a dead service gets %d retries", async (cost, retries) => {
    const { sent } = await ask(aws(cost), 2, 1, 1_000, 0);
    expect(sent.reduce((sum, count) => sum + count - 1, 0)).toBe(retries);
  });
});

async function ask(
  quota: Quota,
  retries: number,
  failing: number,
  calls: number,
  warmUp: number,
): Promise<{ good: number[]; sent: number[] }> {
  const random = seededRandom(5);
  const failure = new Error("It fails, whatever one does");
  const good: number[] = [];
  const sent: number[] = [];
  let count = 0;
  const call = wrap(
    (each: Call<undefined>) => {
      count++;
      const isGood = random() >= failing;
      quota.heard(each, isGood);
      return isGood ? Promise.resolve() : Promise.reject(failure);
    },
    retry({ retries, backoff: constant(0), budget: quota }),
  );
  for (let i = 0; i < warmUp + calls; i++) {
    count = 0;
    const isGood = await call().then(
      () => true,
      () => false,
    );
    if (i < warmUp) continue;
    good.push(Number(isGood));
    sent.push(count);
  }
  return { good, sent };
}
