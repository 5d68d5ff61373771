/** The best known toolkit of policies. */
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
  type CircuitBreakerPolicy,
  type IBreaker,
  type TimeoutPolicy,
} from "cockatiel";
import { answer, caught, fail, failing, flaky, never, repeat, unlessAborted } from "../bare.ts";
import type { Contender } from "../contender.ts";
import type { Timed } from "../operations.ts";

interface Policy {
  execute(operation: typeof answer, signal?: AbortSignal): Promise<unknown>;
}

const around =
  (policy: Policy): Timed =>
  () =>
    policy.execute(answer);
const breakerOf = (breaker: IBreaker): CircuitBreakerPolicy =>
  circuitBreaker(handleAll, { halfOpenAfter: 1e9, breaker });
const tolerant = (size: number): CircuitBreakerPolicy =>
  breakerOf(new CountBreaker({ threshold: 0.999, size, minimumNumberOfCalls: size }));

async function failureIn(window: number): Promise<Timed> {
  const policy = tolerant(window);
  await repeat(window, () => policy.execute(answer));
  const operation = failing();
  return () => policy.execute(operation).catch(caught);
}

function pipelineOf(limit: TimeoutPolicy): Timed {
  const breaker = breakerOf(new SamplingBreaker({ threshold: 0.5, duration: 30_000 }));
  return around(wrap(bulkhead(10), breaker, retry(handleAll, { maxAttempts: 3 }), limit));
}

export const cockatiel: Contender = {
  name: "cockatiel",
  packages: ["cockatiel"],
  does: {
    retrySuccess: () => around(retry(handleAll, { maxAttempts: 3 })),
    retryFailures() {
      const policy = retry(handleAll, { maxAttempts: 3, backoff: new ConstantBackoff(0) });
      const operation = flaky();
      return () => policy.execute(operation);
    },
    breakerCount: () => around(breakerOf(new CountBreaker({ threshold: 0.5, size: 100 }))),
    async breakerMillion() {
      const policy = tolerant(1_000_000);
      await repeat(1_000_000, () => policy.execute(answer));
      return around(policy);
    },
    breakerTime: () => around(breakerOf(new SamplingBreaker({ threshold: 0.5, duration: 30_000 }))),
    breakerFailure: () => failureIn(1_000),
    breakerManyFailure: () => failureIn(100_000),
    async breakerOpen() {
      const policy = breakerOf(new ConsecutiveBreaker(1));
      await policy.execute(fail).catch(caught);
      return () => policy.execute(answer).catch(caught);
    },
    semaphore: () => around(bulkhead(10)),
    timeout: () => around(timeout(30_000, TimeoutStrategy.Aggressive)),
    timeoutSignal: () => underSharedSignal(timeout(30_000, TimeoutStrategy.Aggressive), 0),
    pipeline: () => pipelineOf(timeout(30_000, TimeoutStrategy.Aggressive)),
  },
  crowds: {
    waiting(calls) {
      const policy = bulkhead(10, calls);
      return (operation) => policy.execute(operation);
    },
  },
};

/** As it comes, it builds an `AbortError` with a stack after each success. */
const lenient = (): TimeoutPolicy => timeout(30_000, { strategy: TimeoutStrategy.Aggressive, abortOnReturn: false });

function underSharedSignal(policy: TimeoutPolicy, pending: number): Timed {
  const { signal } = new AbortController();
  for (let call = 0; call < pending; call++) void policy.execute(never, signal);
  return () => policy.execute(answer, signal);
}

export const cockatielLenient: Contender = {
  name: "cockatiel, `abortOnReturn: false`",
  packages: ["cockatiel"],
  does: {
    timeout: () => around(lenient()),
    timeoutRead() {
      const policy = lenient();
      return () => policy.execute(({ signal }) => unlessAborted(signal, answer));
    },
    timeoutSignal: () => underSharedSignal(lenient(), 0),
    timeoutShared: () => underSharedSignal(lenient(), 1_000),
    pipeline: () => pipelineOf(lenient()),
  },
  crowds: {
    pending() {
      const policy = lenient();
      return (operation) => policy.execute(operation);
    },
    pendingLinked() {
      const policy = lenient();
      const { signal: caller } = new AbortController();
      return (operation) => policy.execute(({ signal }) => unlessAborted(signal, operation), caller);
    },
  },
};
