import { compose, layer, type Call, type Layer, type Middleware, type MiddlewareFor } from "@evenkeel/core";
import { describe, expectTypeOf, it } from "vitest";

const limit = layer((call, next) => next(call), { active: 1, state: (key: string) => key.length });

describe("layer", () => {
  it("is a layer with the properties that it was given", () => {
    expectTypeOf(layer((call, next) => next(call))).toExtend<Layer>();
    expectTypeOf(limit).toExtend<Layer>();
    expectTypeOf(limit.active).toEqualTypeOf<number>();
    expectTypeOf(limit.state).toEqualTypeOf<(key: string) => number>();
  });

  it("has them read-only", () => {
    // @ts-expect-error It is read-only.
    expectTypeOf((limit.active = 2)).toEqualTypeOf<2>();
  });

  it("is a middleware, for any operation and for one that is known", () => {
    expectTypeOf<Layer>().toExtend<Middleware>();
    expectTypeOf<Layer>().toExtend<MiddlewareFor<string, Response>>();
  });

  it("cannot be made of a middleware that knows its output", () => {
    const fallback: MiddlewareFor<unknown, string> = async () => "fallback";
    // @ts-expect-error A layer serves any operation.
    expectTypeOf(layer(fallback)).toExtend<Layer>();
  });
});

describe("run", () => {
  it("returns what the operation returns", () => {
    expectTypeOf(limit.run(() => 5)).toEqualTypeOf<Promise<number>>();
    expectTypeOf(limit.run(async () => "text")).toEqualTypeOf<Promise<string>>();
    expectTypeOf(limit.run(({ signal }) => fetch("", { signal }))).toEqualTypeOf<Promise<Response>>();
    expectTypeOf(limit.run(() => Promise.reject(new Error("failure")))).toEqualTypeOf<Promise<never>>();
  });

  it("gives the operation a call without input", () => {
    void limit.run((call) => {
      expectTypeOf(call).toEqualTypeOf<Call<undefined>>();
    });
  });

  it("takes an operation that cares for nothing, and one that takes any call", () => {
    expectTypeOf(limit.run).toBeCallableWith(() => 5, { key: "upstream" });
    expectTypeOf(limit.run(async (call: Call) => call.attempt)).toEqualTypeOf<Promise<number>>();
  });

  it("does not take an operation that needs an input", () => {
    // @ts-expect-error There is no input: that is what wrap is for.
    expectTypeOf(limit.run(async (call: Call<string>) => call.input)).resolves.toBeString();
  });

  it("does not take what no CallInit has", () => {
    // @ts-expect-error It is called `signal`.
    expectTypeOf(limit.run(() => 5, { abortSignal: AbortSignal.abort() })).resolves.toBeNumber();
  });
});

describe("compose", () => {
  it("makes a layer of layers and middlewares", () => {
    const own: Middleware = (call, next) => next(call);
    expectTypeOf(compose(limit, own, compose())).toEqualTypeOf<Layer>();
    expectTypeOf(compose(limit, own).run(() => 5)).toEqualTypeOf<Promise<number>>();
  });

  it("does not take a middleware that knows its output: that is what wrap is for", () => {
    const fallback: MiddlewareFor<unknown, string> = async () => "fallback";
    // @ts-expect-error A pipeline serves any operation.
    expectTypeOf(compose(limit, fallback)).toEqualTypeOf<Layer>();
  });
});
