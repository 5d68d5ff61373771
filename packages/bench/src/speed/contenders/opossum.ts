/** The best known circuit breaker. */
import CircuitBreaker from "opossum";
import { answer, caught, failing, repeat } from "../bare.ts";
import type { Contender } from "../contender.ts";
import type { Timed } from "../operations.ts";

const around = (options: CircuitBreaker.Options): Timed => {
  const breaker = new CircuitBreaker(answer, options);
  return () => breaker.fire();
};

async function failureIn(window: number): Promise<Timed> {
  let operation = answer;
  const breaker = new CircuitBreaker(() => operation(), {
    timeout: false,
    errorThresholdPercentage: 100,
    rollingCountTimeout: 600_000,
  });
  await repeat(window, () => breaker.fire());
  operation = failing();
  return () => breaker.fire().catch(caught);
}

export const opossum: Contender = {
  name: "opossum",
  packages: ["opossum"],
  does: {
    breakerTime: () => around({ timeout: false, rollingCountTimeout: 30_000 }),
    breakerFailure: () => failureIn(1_000),
    breakerManyFailure: () => failureIn(100_000),
    breakerOpen() {
      const breaker = new CircuitBreaker(answer, { timeout: false, resetTimeout: 1e9 });
      breaker.open();
      return () => breaker.fire().catch(caught);
    },
    semaphore: () => around({ timeout: false, capacity: 10 }),
    timeout: () => around({ timeout: 30_000 }),
  },
  crowds: {
    pending() {
      const breaker = new CircuitBreaker((operation: typeof answer) => operation(), { timeout: 30_000 });
      return (operation) => breaker.fire(operation);
    },
  },
};
