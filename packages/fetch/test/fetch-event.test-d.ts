import type { Emit } from "@evenkeel/core";
import { assertType, expectTypeOf, test } from "vitest";
import type { FetchEvent } from "../src/index.ts";

test("one type names the events of the adapter and of all layers, told apart by their `type`", () => {
  const listener = (event: FetchEvent): void => {
    expectTypeOf(event.key).toEqualTypeOf<string>();
    if (event.type === "attempt") expectTypeOf(event.status).toEqualTypeOf<number | undefined>();
    if (event.type === "retry") expectTypeOf(event.delay).toEqualTypeOf<number>();
    if (event.type === "retry-give-up") expectTypeOf(event.attempts).toEqualTypeOf<number>();
    if (event.type === "circuit-open") expectTypeOf(event.openFor).toEqualTypeOf<number>();
    if (event.type === "rate-limit-acquire") expectTypeOf(event.waited).toEqualTypeOf<number>();
    if (event.type === "timeout") expectTypeOf(event.limit).toEqualTypeOf<number>();
  };
  assertType<Emit>(listener);
});
