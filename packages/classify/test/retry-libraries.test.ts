import retry from "async-retry";
import { ConsecutiveBreaker, circuitBreaker, ConstantBackoff, handleWhen, retry as cockatielRetry } from "cockatiel";
import CircuitBreaker from "opossum";
import pRetry from "p-retry";
import { describe, expect, test } from "vitest";
import { classify, isRetryable } from "../src/index.ts";

const cause = Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:9"), {
  code: "ECONNREFUSED",
  syscall: "connect",
});
const refused = new TypeError("fetch failed", { cause });
const overloaded = Object.assign(new Error("529 Overloaded"), {
  status: 529,
  error: { type: "error", error: { type: "overloaded_error" } },
});
const spent = Object.assign(new Error("429 no money"), { status: 429, code: "insufficient_quota" });
const throttled = Object.assign(new Error("429 slow down"), { status: 429 });
const aborted = new DOMException("This operation was aborted", "AbortError");

/** Fails with these errors, one after another, and then succeeds. */
function failing(...errors: unknown[]): { run: () => Promise<string>; calls: () => number } {
  let calls = 0;
  return {
    run: async () => {
      const error = errors[calls++];
      if (error) throw error;
      return "done";
    },
    calls: () => calls,
  };
}

type Retry = (run: () => Promise<string>) => Promise<string>;

const libraries: Readonly<Record<string, Retry>> = {
  "p-retry, as its shouldRetry": (run) => pRetry(run, { retries: 3, minTimeout: 0, shouldRetry: isRetryable }),
  "cockatiel, as its handleWhen": (run) =>
    cockatielRetry(handleWhen(isRetryable), { maxAttempts: 3, backoff: new ConstantBackoff(0) }).execute(run),
  "async-retry, deciding when to bail": (run) =>
    retry(
      (bail) =>
        run().catch((error: Error) => {
          if (isRetryable(error)) throw error;
          bail(error);
          return "bailed";
        }),
      { retries: 3, minTimeout: 0, maxTimeout: 0 },
    ),
};

describe.each(Object.entries(libraries))("isRetryable in %s", (_, retrying) => {
  test("goes on after a refused connection and an overload", async () => {
    const { run, calls } = failing(refused, overloaded);
    await expect(retrying(run)).resolves.toBe("done");
    expect(calls()).toBe(3);
  });

  test.each([
    ["a spent quota", spent],
    ["a user's abort", aborted],
  ])("gives up at once after %s, with the error itself", async (_what, error) => {
    const { run, calls } = failing(refused, error);
    await expect(retrying(run)).rejects.toBe(error);
    expect(calls()).toBe(2);
  });
});

test("the health of a verdict keeps opossum's circuit closed for throttled calls and the caller's own faults", async () => {
  const breaker = (errors: unknown[]): CircuitBreaker<[], string> =>
    new CircuitBreaker(failing(...errors).run, {
      errorFilter: (error: unknown) => classify(error).health !== "failure",
      volumeThreshold: 1,
      errorThresholdPercentage: 50,
    });

  const mine = breaker([throttled, spent]);
  await expect(mine.fire()).rejects.toBe(throttled);
  await expect(mine.fire()).rejects.toBe(spent);
  expect(mine.opened).toBe(false);

  const theirs = breaker([refused, overloaded]);
  await expect(theirs.fire()).rejects.toBe(refused);
  expect(theirs.opened).toBe(true);

  mine.shutdown();
  theirs.shutdown();
});

test("isRetryable keeps cockatiel's circuit closed for the caller's own faults", async () => {
  const breaker = circuitBreaker(handleWhen(isRetryable), { halfOpenAfter: 1_000, breaker: new ConsecutiveBreaker(1) });
  await expect(breaker.execute(failing(spent).run)).rejects.toBe(spent);
  await expect(breaker.execute(failing().run)).resolves.toBe("done");
  await expect(breaker.execute(failing(refused).run)).rejects.toBe(refused);
  await expect(breaker.execute(failing().run)).rejects.toThrow(
    "Execution prevented because the circuit breaker is open",
  );
});
