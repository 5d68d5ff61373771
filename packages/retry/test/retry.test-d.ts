import { wrap, type Call, type Emit, type Layer, type Verdict } from "@evenkeel/core";
import { assertType, expectTypeOf, test } from "vitest";
import { constant, exponential, full, retry, retryBudget } from "../src/index.ts";
import type { Backoff, GiveUpReason, Jitter, RetryBudget, RetryEvent, RetryOptions } from "../src/index.ts";

test("the operation's result comes through", () => {
  expectTypeOf(retry()).toEqualTypeOf<Layer>();
  expectTypeOf(retry().run(async () => 7)).resolves.toEqualTypeOf<number>();
  expectTypeOf(retry().run(({ attempt }) => `${attempt}`)).resolves.toEqualTypeOf<string>();
  const ask = wrap(async (call: Call<string>) => call.input.length, retry(), retry({ retries: 1 }));
  expectTypeOf(ask).parameter(0).toEqualTypeOf<string>();
  expectTypeOf(ask("question")).resolves.toEqualTypeOf<number>();
});

test("every option may be undefined, and none may be changed", () => {
  type Undefined = { [Option in keyof RetryOptions]-?: undefined };
  assertType<(options: Undefined) => Layer>(retry);
  const options: RetryOptions = { retries: 1 };
  // @ts-expect-error options are readonly
  options.retries = 2;
  // @ts-expect-error a count is named after what it counts
  retry({ maxAttempts: 3 });
  // @ts-expect-error an unknown rule
  retry({ replay: "never" });
  // @ts-expect-error a wait is no promise
  retry({ backoff: async () => 5 });
});

test("a backoff, a jitter, a rule and a budget may be the user's own", () => {
  const backoff: Backoff = ({ attempt, previous, random }) => attempt * previous * random();
  const jitter: Jitter = (delay, random) => full(delay, random) + 5;
  const budget: RetryBudget = { deposit: () => {}, withdraw: () => true, balance: () => 1 };
  retry({ backoff, budget, replay: (verdict, _error, call) => verdict.processed === "no" || call.attempt < 2 });
  assertType<Backoff>(exponential({ jitter }));
  assertType<Backoff>(constant(5));
  assertType<RetryBudget>(retryBudget());
});

test("events are told apart by their type, and their listener is accepted wherever any may come", () => {
  const listener = (event: RetryEvent): void => {
    if (event.type === "retry") expectTypeOf(event.delay).toEqualTypeOf<number>();
    else expectTypeOf(event.reason).toEqualTypeOf<GiveUpReason>();
    expectTypeOf(event.verdict).toEqualTypeOf<Verdict>();
    // @ts-expect-error only a retry waits
    void event.delay;
  };
  assertType<Emit>(listener);
});
