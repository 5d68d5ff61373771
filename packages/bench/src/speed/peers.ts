/** The same operations, as users of the peers write them. */
import asyncRetry from "async-retry";
import { Sema } from "async-sema";
import Bottleneck from "bottleneck";
import {
  bulkhead,
  circuitBreaker,
  ConsecutiveBreaker,
  ConstantBackoff,
  CountBreaker,
  handleAll,
  retry,
  SamplingBreaker,
  timeout,
  TimeoutStrategy,
  wrap,
} from "cockatiel";
import { Effect, Schedule } from "effect";
import { backOff } from "exponential-backoff";
import CircuitBreaker from "opossum";
import pLimit from "p-limit";
import PQueue from "p-queue";
import pRetry from "p-retry";
import pTimeout from "p-timeout";
import { RateLimiterMemory } from "rate-limiter-flexible";
import type { Case, Make } from "./cases.ts";

type Operation = () => Promise<number>;

const [success, twoFailures] = ["retry around a success", "two failures, then success, no delay"];
const [count, time] = ["breaker, closed, window of 100", "breaker, closed, window of 30 s"];
const [aFailure, open] = ["breaker, a failure with 100,000 calls in the window", "breaker, open"];
const [free, token] = ["semaphore, free", "token bucket, token there"];
const [limit, limitAndSignal] = ["timeout around a result", "timeout under a long-lived signal"];
const all = "timeout, retry, breaker and semaphore";

const cooperative = { abortOnReturn: false };

export function peers(
  answer: Operation,
  fail: () => Promise<never>,
  flaky: () => Operation,
  bareFlaky: Make,
  bareRejection: Make,
): readonly Case[] {
  const by = (contender: string, operation: string, make: Make, floor?: Make): Case => ({
    operation,
    contender,
    make,
    floor,
  });
  const noDelay = { maxAttempts: 3, backoff: new ConstantBackoff(0) };
  const quiet = { timeout: false, volumeThreshold: 1e9 } as const;

  return [
    by("cockatiel", success, () => {
      const policy = retry(handleAll, { maxAttempts: 3 });
      return () => policy.execute(answer);
    }),
    by("p-retry", success, () => () => pRetry(answer, { retries: 3 })),
    by("async-retry", success, () => () => asyncRetry(answer, { retries: 3 })),
    by("exponential-backoff", success, () => () => backOff(answer)),
    by("effect", success, () => {
      const effect = Effect.retry(Effect.tryPromise(answer), Schedule.recurs(3));
      return () => Effect.runPromise(effect);
    }),

    by(
      "cockatiel",
      twoFailures,
      () => {
        const [policy, operation] = [retry(handleAll, noDelay), flaky()];
        return () => policy.execute(operation);
      },
      bareFlaky,
    ),
    by(
      "p-retry",
      twoFailures,
      () => {
        const operation = flaky();
        return () => pRetry(operation, { retries: 3, minTimeout: 0, factor: 1 });
      },
      bareFlaky,
    ),
    by(
      "async-retry",
      twoFailures,
      () => {
        const operation = flaky();
        return () => asyncRetry(operation, { retries: 3, minTimeout: 0, factor: 1, randomize: false });
      },
      bareFlaky,
    ),
    by(
      "exponential-backoff",
      twoFailures,
      () => {
        const operation = flaky();
        return () => backOff(operation, { startingDelay: 0 });
      },
      bareFlaky,
    ),
    by(
      "effect",
      twoFailures,
      () => {
        const effect = Effect.retry(Effect.tryPromise(flaky()), Schedule.recurs(3));
        return () => Effect.runPromise(effect);
      },
      bareFlaky,
    ),

    by("cockatiel", count, () => {
      const policy = circuitBreaker(handleAll, {
        halfOpenAfter: 5_000,
        breaker: new CountBreaker({ threshold: 0.5, size: 100 }),
      });
      return () => policy.execute(answer);
    }),
    by("cockatiel", time, () => {
      const breaker = new SamplingBreaker({ threshold: 0.5, duration: 30_000 });
      const policy = circuitBreaker(handleAll, { halfOpenAfter: 5_000, breaker });
      return () => policy.execute(answer);
    }),
    by("opossum", time, () => {
      const breaker = new CircuitBreaker(answer, { ...quiet, rollingCountTimeout: 30_000 });
      return () => breaker.fire();
    }),
    by(
      "cockatiel",
      aFailure,
      async () => {
        const breaker = new CountBreaker({ threshold: 0.999, size: 100_000, minimumNumberOfCalls: 100_000 });
        const policy = circuitBreaker(handleAll, { halfOpenAfter: 5_000, breaker });
        for (let call = 0; call < 100_000; call++) await policy.execute(answer);
        return () => policy.execute(fail).catch(() => {});
      },
      bareRejection,
    ),
    by(
      "opossum",
      aFailure,
      async () => {
        let isDown = false;
        const breaker = new CircuitBreaker(() => (isDown ? fail() : answer()), {
          ...quiet,
          errorThresholdPercentage: 100,
          rollingCountTimeout: 600_000,
        });
        for (let call = 0; call < 100_000; call++) await breaker.fire();
        isDown = true;
        return () => breaker.fire().catch(() => {});
      },
      bareRejection,
    ),
    by(
      "cockatiel",
      open,
      async () => {
        const policy = circuitBreaker(handleAll, { halfOpenAfter: 1e9, breaker: new ConsecutiveBreaker(1) });
        await policy.execute(fail).catch(() => {});
        return () => policy.execute(answer).catch(() => {});
      },
      bareRejection,
    ),
    by(
      "opossum",
      open,
      () => {
        const breaker = new CircuitBreaker(answer, { timeout: false, resetTimeout: 1e9 });
        breaker.open();
        return () => breaker.fire().catch(() => {});
      },
      bareRejection,
    ),

    by("cockatiel", free, () => {
      const policy = bulkhead(10);
      return () => policy.execute(answer);
    }),
    by("p-limit", free, () => {
      const limited = pLimit(10);
      return () => limited(answer);
    }),
    by("p-queue", free, () => {
      const queue = new PQueue({ concurrency: 10 });
      return () => queue.add(answer);
    }),
    by("async-sema", free, () => {
      const sema = new Sema(10);
      return async () => {
        await sema.acquire();
        try {
          return await answer();
        } finally {
          sema.release();
        }
      };
    }),
    by("bottleneck", free, () => {
      const limiter = new Bottleneck({ maxConcurrent: 10 });
      return () => limiter.schedule(answer);
    }),
    by("rate-limiter-flexible", token, () => {
      const limiter = new RateLimiterMemory({ points: 1e9, duration: 1 });
      return async () => {
        await limiter.consume("default");
        return answer();
      };
    }),

    by("cockatiel", limit, () => {
      const policy = timeout(30_000, TimeoutStrategy.Aggressive);
      return () => policy.execute(answer);
    }),
    by("cockatiel, abortOnReturn off", limit, () => {
      const policy = timeout(30_000, { strategy: TimeoutStrategy.Aggressive, ...cooperative });
      return () => policy.execute(answer);
    }),
    by("p-timeout", limit, () => () => pTimeout(answer(), { milliseconds: 30_000 })),
    by("opossum", limit, () => {
      const breaker = new CircuitBreaker(answer, { timeout: 30_000, volumeThreshold: 1e9 });
      return () => breaker.fire();
    }),
    by("cockatiel, abortOnReturn off", limitAndSignal, () => {
      const policy = timeout(30_000, { strategy: TimeoutStrategy.Aggressive, ...cooperative });
      const { signal } = new AbortController();
      return () => policy.execute(answer, signal);
    }),
    by("p-timeout", limitAndSignal, () => {
      const { signal } = new AbortController();
      return () => pTimeout(answer(), { milliseconds: 30_000, signal });
    }),

    by("cockatiel", all, () => {
      const breaker = new SamplingBreaker({ threshold: 0.5, duration: 30_000 });
      const policy = wrap(
        bulkhead(10),
        circuitBreaker(handleAll, { halfOpenAfter: 5_000, breaker }),
        retry(handleAll, { maxAttempts: 3 }),
        timeout(30_000, TimeoutStrategy.Aggressive),
      );
      return () => policy.execute(answer);
    }),
    by("p-limit(p-retry(p-timeout))", all, () => {
      const limited = pLimit(10);
      return () => limited(() => pRetry(() => pTimeout(answer(), { milliseconds: 30_000 }), { retries: 3 }));
    }),
    by("effect, no breaker", all, () => {
      const guarded = Effect.tryPromise(answer).pipe(Effect.timeout(30_000), Effect.retry(Schedule.recurs(3)));
      return () => Effect.runPromise(guarded);
    }),
  ];
}
