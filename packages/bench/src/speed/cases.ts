/** What is measured: each case is made once in a process of its own, and then called over and over. */
import { circuitBreaker, countWindow, timeWindow } from "@evenkeel/circuit-breaker";
import { compose, wrap } from "@evenkeel/core";
import { semaphore, tokenBucket } from "@evenkeel/rate-limit";
import { constant, retry } from "@evenkeel/retry";
import { timeout } from "@evenkeel/timeout";
import { peers } from "./peers.ts";

/** Makes the function to call; awaits of it are timed. */
export type Make = () => (() => unknown) | Promise<() => unknown>;

/** A row of the table: what is done, by whom, and beside which floor. */
export interface Case {
  readonly operation: string;
  readonly contender: string;
  readonly make: Make;
  /** What the ratio is to. @default an `await` of the bare async function */
  readonly floor?: Make | undefined;
  /** The ratio that ours aims at. */
  readonly target?: number | undefined;
}

const ours = "evenkeel";
const answer = async (): Promise<number> => 42;
const failed = new Error("failed");
const fail = async (): Promise<never> => {
  throw failed;
};

/** Two failures and then a success, in a row. */
function flaky(): () => Promise<number> {
  let calls = 0;
  return () => (++calls % 3 === 0 ? answer() : fail());
}

/** The floor of the flaky operation: its two rejections, and nothing else. */
const bareFlaky: Make = () => {
  const operation = flaky();
  return async () => {
    await operation().catch(() => {});
    await operation().catch(() => {});
    return operation();
  };
};

const bareRejection: Make = () => () => fail().catch(() => {});

/** A breaker with so many successful calls in its window. */
async function filled(calls: number): Promise<ReturnType<typeof circuitBreaker>> {
  const breaker = circuitBreaker({ trip: countWindow({ size: calls, failureRate: 1, minimumCalls: calls }) });
  for (let call = 0; call < Math.min(calls, 100_000); call++) await breaker.run(answer);
  return breaker;
}

const own: readonly Case[] = [
  { operation: "retry around a success", contender: ours, make: () => wrap(answer, retry()), target: 2.5 },
  {
    operation: "two failures, then success, no delay",
    contender: ours,
    make: () => wrap(flaky(), retry({ backoff: constant(0) })),
    floor: bareFlaky,
    target: 1.3,
  },
  {
    operation: "breaker, closed, window of 100",
    contender: ours,
    make: () => wrap(answer, circuitBreaker({ trip: countWindow({ size: 100, failureRate: 0.5 }) })),
    target: 2.5,
  },
  {
    operation: "breaker, closed, window of 1,000,000",
    contender: ours,
    make: () => wrap(answer, circuitBreaker({ trip: countWindow({ size: 1_000_000, failureRate: 0.5 }) })),
    target: 2.5,
  },
  {
    operation: "breaker, closed, window of 30 s",
    contender: ours,
    make: () => wrap(answer, circuitBreaker({ trip: timeWindow({ duration: 30_000, failureRate: 0.5 }) })),
    target: 2.5,
  },
  {
    operation: "breaker, a failure with 100,000 calls in the window",
    contender: ours,
    make: async () => {
      const breaker = await filled(100_000);
      return () => breaker.run(fail).catch(() => {});
    },
    floor: bareRejection,
  },
  {
    operation: "breaker, open",
    contender: ours,
    make: () => {
      const breaker = circuitBreaker();
      breaker.isolate("default");
      const refused = wrap(answer, breaker);
      return () => refused().catch(() => {});
    },
    floor: bareRejection,
    target: 1.5,
  },
  { operation: "semaphore, free", contender: ours, make: () => wrap(answer, semaphore({ permits: 10 })), target: 2.1 },
  {
    operation: "token bucket, token there",
    contender: ours,
    make: () => wrap(answer, tokenBucket({ limit: 1e9, interval: 1_000 })),
    target: 2.5,
  },
  { operation: "timeout around a result", contender: ours, make: () => wrap(answer, timeout(30_000)), target: 10 },
  {
    operation: "timeout under a long-lived signal",
    contender: ours,
    make: () => {
      const limited = wrap(answer, timeout(30_000));
      const { signal } = new AbortController();
      return () => limited(undefined, { signal });
    },
    target: 12,
  },
  {
    operation: "timeout, retry, breaker and semaphore",
    contender: ours,
    make: () => wrap(answer, timeout(30_000), retry(), semaphore({ permits: 10 }), circuitBreaker()),
    target: 15,
  },
  {
    operation: "six layers that do nothing",
    contender: ours,
    make: () => wrap(answer, ...Array.from({ length: 6 }, () => compose())),
  },
];

export const cases: readonly Case[] = [...own, ...peers(answer, fail, flaky, bareFlaky, bareRejection)];
