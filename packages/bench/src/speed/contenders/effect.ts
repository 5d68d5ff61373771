/** The runtime that has resilience built in: the price of its use from promises, with everything prepared that can be. */
import { Effect, Schedule, Semaphore } from "effect";
import { CircuitBreaker } from "effect/persistence";
import { answer, caught, fail, failing, flaky, never, repeat, unlessAborted } from "../bare.ts";
import type { Contender } from "../contender.ts";
import type { Timed } from "../operations.ts";

const answered = Effect.tryPromise({ try: answer, catch: caught });
const run =
  (effect: Effect.Effect<unknown, unknown>): Timed =>
  () =>
    Effect.runPromise(effect);

function breakerOf(tripPolicy: CircuitBreaker.TripPolicy): Promise<CircuitBreaker.CircuitBreaker> {
  const breaker = CircuitBreaker.make({ tripPolicy, openDuration: "1 hour" });
  return Effect.runPromise(breaker.pipe(Effect.scoped, Effect.provide(CircuitBreaker.layerStoreMemory())));
}

async function failureIn(window: number): Promise<Timed> {
  const breaker = await breakerOf(CircuitBreaker.rate({ threshold: 1, size: window }));
  const success = breaker.execute(answered, { key: "default" });
  await repeat(window, () => Effect.runPromise(success));
  const operation = failing();
  const failure = breaker.execute(Effect.tryPromise({ try: operation, catch: caught }), { key: "default" });
  return () => Effect.runPromise(failure).catch(caught);
}

function underSharedSignal(pending: number): Timed {
  const { signal } = new AbortController();
  const waiting = Effect.tryPromise(never).pipe(Effect.timeout(30_000));
  for (let call = 0; call < pending; call++) void Effect.runPromise(waiting, { signal });
  const limited = answered.pipe(Effect.timeout(30_000));
  return () => Effect.runPromise(limited, { signal });
}

export const effect: Contender = {
  name: "effect",
  packages: ["effect"],
  does: {
    retrySuccess: () => run(answered.pipe(Effect.retry(Schedule.recurs(3)))),
    retryFailures() {
      const operation = flaky();
      const attempt = Effect.tryPromise({ try: operation, catch: caught });
      return run(attempt.pipe(Effect.retry(Schedule.recurs(3))));
    },
    async breakerCount() {
      const breaker = await breakerOf(CircuitBreaker.rate({ size: 100 }));
      return run(breaker.execute(answered, { key: "default" }));
    },
    breakerFailure: () => failureIn(1_000),
    breakerManyFailure: () => failureIn(100_000),
    async breakerOpen() {
      const breaker = await breakerOf(CircuitBreaker.consecutive(1));
      const failure = breaker.execute(Effect.tryPromise(fail), { key: "default" });
      await Effect.runPromise(failure).catch(caught);
      const refused = breaker.execute(answered, { key: "default" });
      return () => Effect.runPromise(refused).catch(caught);
    },
    semaphore: () => run(Semaphore.makeUnsafe(10).withPermit(answered)),
    timeout: () => run(answered.pipe(Effect.timeout(30_000))),
    timeoutRead: () => run(Effect.tryPromise((signal) => unlessAborted(signal, answer)).pipe(Effect.timeout(30_000))),
    timeoutSignal: () => underSharedSignal(0),
    timeoutShared: () => underSharedSignal(1_000),
    async pipeline() {
      const breaker = await breakerOf(CircuitBreaker.rate({ size: 100 }));
      const attempt = answered.pipe(Effect.timeout(30_000), Effect.retry(Schedule.recurs(3)));
      return run(Semaphore.makeUnsafe(10).withPermit(breaker.execute(attempt, { key: "default" })));
    },
  },
  crowds: {
    waiting() {
      const { withPermit } = Semaphore.makeUnsafe(10);
      return (operation) => Effect.runPromise(withPermit(Effect.promise(operation)));
    },
    pending: () => (operation) => Effect.runPromise(Effect.promise(operation).pipe(Effect.timeout(30_000))),
    pendingLinked() {
      const { signal } = new AbortController();
      return (operation) =>
        Effect.runPromise(Effect.promise((own) => unlessAborted(own, operation)).pipe(Effect.timeout(30_000)), {
          signal,
        });
    },
  },
};

export const effectWithoutBreaker: Contender = {
  name: "effect, no breaker",
  packages: ["effect"],
  does: {
    pipeline() {
      const attempt = answered.pipe(Effect.timeout(30_000), Effect.retry(Schedule.recurs(3)));
      return run(Semaphore.makeUnsafe(10).withPermit(attempt));
    },
  },
};
