/** This toolkit. */
import { circuitBreaker, consecutive, countWindow, timeWindow, type CircuitBreaker } from "@evenkeel/circuit-breaker";
import { compose, wrap, type Layer } from "@evenkeel/core";
import { semaphore, tokenBucket } from "@evenkeel/rate-limit";
import { constant, retry } from "@evenkeel/retry";
import { timeout } from "@evenkeel/timeout";
import { answer, caught, fail, failing, flaky, never, repeat, unlessAborted } from "../bare.ts";
import type { Contender } from "../contender.ts";
import type { Timed } from "../operations.ts";

const breakerOf = (size: number): CircuitBreaker =>
  circuitBreaker({ trip: countWindow({ size, failureRate: 1, minimumCalls: size }) });

/** Binds layers around the answer. */
function around(...layers: Layer[]): Timed {
  const wrapped = wrap(answer, ...layers);
  return () => wrapped();
}

async function failureIn(window: number): Promise<Timed> {
  const breaker = breakerOf(window);
  await repeat(window, () => breaker.run(answer));
  const wrapped = wrap(failing(), breaker);
  return () => wrapped().catch(caught);
}

function underSharedSignal(pending: number): Timed {
  const { signal } = new AbortController();
  const limit = timeout(30_000);
  for (let call = 0; call < pending; call++) void limit.run(never, { signal });
  const wrapped = wrap(answer, limit);
  return () => wrapped(undefined, { signal });
}

export const evenkeel: Contender = {
  name: "evenkeel",
  packages: [],
  does: {
    retrySuccess: () => around(retry()),
    retryFailures() {
      const wrapped = wrap(flaky(), retry({ backoff: constant(0) }));
      return () => wrapped();
    },
    breakerCount: () => around(circuitBreaker({ trip: countWindow({ size: 100, failureRate: 0.5 }) })),
    async breakerMillion() {
      const breaker = breakerOf(1_000_000);
      await repeat(1_000_000, () => breaker.run(answer));
      return around(breaker);
    },
    breakerTime: () => around(circuitBreaker({ trip: timeWindow({ duration: 30_000, failureRate: 0.5 }) })),
    breakerFailure: () => failureIn(1_000),
    breakerManyFailure: () => failureIn(100_000),
    async breakerOpen() {
      const breaker = circuitBreaker({ trip: consecutive(1), openFor: 3_600_000 });
      await breaker.run(fail).catch(caught);
      const wrapped = wrap(answer, breaker);
      return () => wrapped().catch(caught);
    },
    semaphore: () => around(semaphore({ permits: 10 })),
    tokenBucket: () => around(tokenBucket({ limit: 1e9, interval: 1_000 })),
    timeout: () => around(timeout(30_000)),
    timeoutRead() {
      const wrapped = wrap(({ signal }) => unlessAborted(signal, answer), timeout(30_000));
      return () => wrapped();
    },
    timeoutSignal: () => underSharedSignal(0),
    timeoutShared: () => underSharedSignal(1_000),
    timeoutManyShared: () => underSharedSignal(100_000),
    pipeline: () => around(timeout(30_000), retry(), semaphore({ permits: 10 }), circuitBreaker()),
    nothing: () => around(...Array.from({ length: 6 }, () => compose())),
  },
  crowds: {
    waiting(calls) {
      const limit = semaphore({ permits: 10, maxQueue: calls });
      return (operation) => limit.run(operation);
    },
    pending() {
      const limit = timeout(30_000);
      return (operation) => limit.run(operation);
    },
    pendingLinked() {
      const { signal: caller } = new AbortController();
      const limit = timeout(30_000);
      return (operation) => limit.run(({ signal }) => unlessAborted(signal, operation), { signal: caller });
    },
  },
};

/** One-shot use, with nothing bound before. */
const once =
  (use: Layer): Timed =>
  () =>
    use.run(answer);

export const evenkeelRun: Contender = {
  name: "evenkeel, `.run`",
  packages: [],
  does: {
    retrySuccess: () => once(retry()),
    breakerCount: () => once(circuitBreaker({ trip: countWindow({ size: 100, failureRate: 0.5 }) })),
    semaphore: () => once(semaphore({ permits: 10 })),
    tokenBucket: () => once(tokenBucket({ limit: 1e9, interval: 1_000 })),
    timeout: () => once(timeout(30_000)),
    pipeline: () => once(compose(timeout(30_000), retry(), semaphore({ permits: 10 }), circuitBreaker())),
  },
};
