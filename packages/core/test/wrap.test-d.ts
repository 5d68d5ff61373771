import { compose, layer, wrap, type Call, type CallInit, type MiddlewareFor } from "@evenkeel/core";
import { describe, expectTypeOf, it } from "vitest";

const limit = layer((call, next) => next(call));
const length = async ({ input }: Call<string>): Promise<number> => input.length;
const ok: MiddlewareFor<string, Response> = async (call, next) => {
  const response = await next(call);
  return response.ok ? response : new Response();
};

describe("wrap", () => {
  it("infers input and result from the operation", () => {
    expectTypeOf(wrap(length)).toEqualTypeOf<(input: string, init?: CallInit) => Promise<number>>();
    expectTypeOf(wrap(length, limit, compose(limit, limit))).toEqualTypeOf(wrap(length));
  });

  it("keeps the types where a layer is shared by operations of different kinds", () => {
    const text = wrap(async ({ input }: Call<URL>) => input.href, limit);
    const number = wrap(length, limit);
    expectTypeOf(text).toEqualTypeOf<(input: URL, init?: CallInit) => Promise<string>>();
    expectTypeOf(number).toEqualTypeOf<(input: string, init?: CallInit) => Promise<number>>();
  });

  it("demands the input that the operation needs, and of the right type", () => {
    const ask = wrap(length, limit);
    expectTypeOf(ask).toBeCallableWith("ahoy");
    // @ts-expect-error There is no input.
    void ask();
    // @ts-expect-error It is no string.
    void ask(5);
  });

  it("demands none where the operation needs none", () => {
    expectTypeOf(wrap(async () => 5, limit)).toBeCallableWith();
    expectTypeOf(wrap(async () => 5, limit)).toBeCallableWith(undefined, { key: "upstream" });
    expectTypeOf(wrap(async (call: Call) => call.attempt, limit)).toBeCallableWith();
    expectTypeOf(wrap(async ({ input = 5 }: Call<number | undefined>) => input, limit)).toBeCallableWith();
    expectTypeOf(wrap(async () => 5, limit)).returns.toEqualTypeOf<Promise<number>>();
  });

  it("takes a layer that knows the operation's types", () => {
    const get = wrap(async ({ input }: Call<string>) => new Response(input), limit, ok);
    expectTypeOf(get).toEqualTypeOf<(input: string, init?: CallInit) => Promise<Response>>();
  });

  it("does not take a layer for a Response on a number", () => {
    // @ts-expect-error The operation returns a number.
    expectTypeOf(wrap(length, ok)).returns.toEqualTypeOf<Promise<number>>();
  });

  it("does not take a layer for another input", () => {
    const forUrls: MiddlewareFor<URL, number> = (call, next) => next(call);
    // @ts-expect-error The operation takes a string.
    expectTypeOf(wrap(length, limit, forUrls)).returns.toEqualTypeOf<Promise<number>>();
  });

  it("infers a layer that is written on the spot", () => {
    wrap(length, (call, next) => {
      expectTypeOf(call).toEqualTypeOf<Call<string>>();
      expectTypeOf(next(call)).toEqualTypeOf<Promise<number>>();
      return call.input === "" ? Promise.resolve(0) : next({ ...call, input: call.input.trim() });
    });
  });

  it("takes an operation that is not async, as `run` does", () => {
    const double = wrap(({ input }: Call<number>) => input * 2, limit);
    expectTypeOf(double(2)).toEqualTypeOf<Promise<number>>();
    const cached = wrap(({ input }: Call<string>): string | Promise<string> => input || Promise.resolve("none"), limit);
    expectTypeOf(cached("")).toEqualTypeOf<Promise<string>>();
  });

  it("does not let a layer that is written on the spot make up another type", () => {
    // @ts-expect-error The operation returns a number.
    expectTypeOf(wrap(length, async () => "made up")).returns.toEqualTypeOf<Promise<number>>();
  });

  it("infers a generic operation's result by what it is called with", () => {
    const both = wrap(
      async ({ input }: Call<{ a: number } | { b: string }>) => ("a" in input ? input.a : input.b),
      limit,
    );
    expectTypeOf(both({ a: 1 })).toEqualTypeOf<Promise<number | string>>();
  });
});
