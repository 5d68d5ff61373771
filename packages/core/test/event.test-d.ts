import { layer, type Call, type Emit, type ResilienceEvent } from "@evenkeel/core";
import { describe, expectTypeOf, it } from "vitest";

interface SunkEvent extends ResilienceEvent {
  readonly type: "sunk";
  readonly depth: number;
}

describe("emit", () => {
  it("takes a listener for the events of one package, and one for all", () => {
    expectTypeOf<(event: SunkEvent) => void>().toExtend<Emit>();
    expectTypeOf<(event: ResilienceEvent) => void>().toExtend<Emit>();
    expectTypeOf<() => Promise<void>>().toExtend<Emit>();
    const limit = layer((call, next) => next(call));
    void limit.run(() => 5, { emit: (event: SunkEvent) => event.depth });
  });

  it("does not take a listener for something else", () => {
    expectTypeOf<(event: number) => void>().not.toExtend<Emit>();
  });

  it("tells what it knows of an event", () => {
    const tell = (call: Call, event: SunkEvent): void => call.emit?.(event);
    // @ts-expect-error An event has a type, a key, an attempt and its call.
    const tellLess = (call: Call): void => call.emit?.({ type: "sunk" });
    expectTypeOf(tell).returns.toBeVoid();
    expectTypeOf(tellLess).returns.toBeVoid();
  });
});
