import { wrap, type Call, type Emit, type Layer } from "@evenkeel/core";
import { assertType, expectTypeOf, test } from "vitest";
import { circuitBreaker, consecutive, countWindow, timeWindow } from "../src/index.ts";
import type {
  CircuitBreaker,
  CircuitBreakerOptions,
  CircuitEvent,
  CircuitOpenError,
  CircuitSnapshot,
  CircuitState,
  OpenReason,
  TripCondition,
} from "../src/index.ts";

test("the operation's result comes through the breaker and its gate", () => {
  const breaker = circuitBreaker();
  expectTypeOf(breaker).toEqualTypeOf<CircuitBreaker>();
  assertType<Layer>(breaker);
  expectTypeOf(breaker.gate).toEqualTypeOf<Layer>();
  expectTypeOf(breaker.run(async () => 7)).resolves.toEqualTypeOf<number>();
  const ask = wrap(async (call: Call<string>) => call.input.length, breaker.gate, breaker);
  expectTypeOf(ask).parameter(0).toEqualTypeOf<string>();
  expectTypeOf(ask("question")).resolves.toEqualTypeOf<number>();
});

test("every option may be undefined, and none may be changed", () => {
  type Undefined = { [Option in keyof CircuitBreakerOptions]-?: undefined };
  assertType<(options: Undefined) => CircuitBreaker>(circuitBreaker);
  const options: CircuitBreakerOptions = { probes: 1 };
  // @ts-expect-error options are readonly
  options.probes = 2;
  // @ts-expect-error a word that is no unit of counting
  circuitBreaker({ countPer: "request" });
  // @ts-expect-error a condition is made by its function
  circuitBreaker({ trip: consecutive });
  // @ts-expect-error a window needs its length
  countWindow({ failureRate: 0.5 });
  // @ts-expect-error a window of time needs its duration
  timeWindow({ size: 5, failureRate: 0.5 });
});

test("a trip condition is one, many, or the user's own", () => {
  const own: TripCondition = {
    kind: "at-any-timeout",
    slowCallDuration: Infinity,
    start: () => ({
      add: (outcome) => (outcome === "timeout" ? "any-timeout" : undefined),
      isIdle: true,
      save: () => [],
      load: () => {},
    }),
  };
  assertType<CircuitBreaker>(circuitBreaker({ trip: own }));
  assertType<CircuitBreaker>(circuitBreaker({ trip: [own, consecutive(5)] as const }));
});

test("what is read cannot be changed", () => {
  const breaker = circuitBreaker();
  expectTypeOf(breaker.state).toEqualTypeOf<(key?: string) => CircuitState>();
  expectTypeOf(breaker.snapshot()).toEqualTypeOf<CircuitSnapshot>();
  // @ts-expect-error a gate is read
  breaker.gate = breaker;
  expectTypeOf<CircuitOpenError["code"]>().toEqualTypeOf<"CIRCUIT_OPEN">();
  expectTypeOf<CircuitOpenError["state"]>().toEqualTypeOf<"open" | "half-open" | "isolated">();
  expectTypeOf<CircuitOpenError["retryAfter"]>().toEqualTypeOf<number | undefined>();
});

test("events are told apart by their type, and their listener is accepted wherever any may come", () => {
  const listener = (event: CircuitEvent): void => {
    if (event.type === "circuit-open") expectTypeOf(event.reason).toEqualTypeOf<OpenReason>();
    if (event.type === "circuit-reject") expectTypeOf(event.retryAfter).toEqualTypeOf<number | undefined>();
    // @ts-expect-error only an opening has a reason
    void event.reason;
  };
  assertType<Emit>(listener);
  void circuitBreaker({ emit: listener }).run(async () => 1, { emit: listener });
});
