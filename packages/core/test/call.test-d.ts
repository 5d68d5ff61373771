import type { Call, Middleware, MiddlewareFor, Next } from "@evenkeel/core";
import { describe, expectTypeOf, it } from "vitest";

describe("a middleware for any operation", () => {
  it("may delay, repeat or refuse", () => {
    expectTypeOf(async <I, O>(call: Call<I>, next: Next<I, O>): Promise<O> => {
      if (call.attempt > 1) throw new Error("refused");
      await next(call);
      return next({ ...call, attempt: 2 });
    }).toExtend<Middleware>();
  });

  it("gets its types from where it stands", () => {
    const middleware: Middleware = (call, next) => {
      expectTypeOf(call.attempt).toBeNumber();
      expectTypeOf(call.signal).toEqualTypeOf<AbortSignal>();
      return next(call);
    };
    expectTypeOf(middleware).returns.toExtend<Promise<unknown>>();
  });

  it("cannot make up a result", () => {
    // @ts-expect-error A string is not what the operation returns.
    const middleware: Middleware = async () => "made up";
    // @ts-expect-error Neither is nothing, where something is expected.
    const other: Middleware = async () => {};
    expectTypeOf([middleware, other]).toEqualTypeOf<Middleware[]>();
  });

  it("cannot change the type of the input", () => {
    // @ts-expect-error The operation does not take a string.
    const middleware: Middleware = (call, next) => next({ ...call, input: "changed" });
    expectTypeOf(middleware).toEqualTypeOf<Middleware>();
  });

  it("cannot forget to return", () => {
    // @ts-expect-error What next returns is lost.
    const middleware: Middleware = async (call, next) => {
      await next(call);
    };
    expectTypeOf(middleware).toEqualTypeOf<Middleware>();
  });

  it("cannot look into a result that it does not know", () => {
    const middleware: Middleware = async (call, next) => {
      const result = await next(call);
      // @ts-expect-error It may be anything.
      return result.status === 200 ? result : next(call);
    };
    expectTypeOf(middleware).toEqualTypeOf<Middleware>();
  });

  it("cannot change the call that it was given", () => {
    const middleware: Middleware = (call, next) => {
      // @ts-expect-error A call is read-only; a layer that changes something passes a copy on.
      call.attempt = 2;
      return next(call);
    };
    expectTypeOf(middleware).toEqualTypeOf<Middleware>();
  });
});

describe("a middleware that knows its input or output", () => {
  it("may make up and look into what it knows", () => {
    const fallback: MiddlewareFor<string, Response> = (call, next) =>
      call.input === "" ? Promise.resolve(new Response()) : next(call);
    expectTypeOf(fallback).parameter(0).toEqualTypeOf<Call<string>>();
    expectTypeOf(fallback).returns.toEqualTypeOf<Promise<Response>>();
  });

  it("need not care for both", () => {
    function header<O>(call: Call<Request>, next: Next<Request, O>): Promise<O> {
      return next({ ...call, input: new Request(call.input, { headers: { "x-mine": "1" } }) });
    }
    expectTypeOf(header<Response>).toExtend<MiddlewareFor<Request, Response>>();
  });

  it("is what every middleware for any operation is, too", () => {
    expectTypeOf<Middleware>().toExtend<MiddlewareFor<string, Response>>();
    expectTypeOf<MiddlewareFor<string, Response>>().not.toExtend<Middleware>();
  });
});

describe("a call", () => {
  it("may be passed where any input is taken", () => {
    expectTypeOf<Call<string>>().toExtend<Call>();
    expectTypeOf<Call>().not.toExtend<Call<string>>();
  });
});
