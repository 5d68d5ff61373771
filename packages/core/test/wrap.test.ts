import { compose, wrap, type Call, type Middleware } from "@evenkeel/core";
import { describe, expect, it } from "vitest";
import { traced } from "./traced.ts";

const shout = async ({ input }: Call<string>): Promise<string> => `${input}!`;

/** A layer as its author meant it: what it does is seen only at run time. */
const throwing: Middleware = () => {
  throw new RangeError("no layer");
};

describe("wrap", () => {
  it("passes the input in and the result out", async () => {
    expect(await wrap(shout)("ahoy")).toBe("ahoy!");
  });

  it("lets the first layer be the outermost", async () => {
    const trace: string[] = [];
    const operation = async (): Promise<void> => void trace.push("operation");
    await wrap(operation, traced("first", trace), traced("second", trace), traced("third", trace))();
    expect(trace).toEqual(["first in", "second in", "third in", "operation", "third out", "second out", "first out"]);
  });

  it("takes a pipeline for a layer", async () => {
    const trace: string[] = [];
    const operation = async (): Promise<void> => void trace.push("operation");
    const inner = compose(traced("second", trace), traced("third", trace));
    await wrap(operation, traced("first", trace), inner)();
    expect(trace).toEqual(["first in", "second in", "third in", "operation", "third out", "second out", "first out"]);
  });

  it("binds the layers once, and may be called often, and at once", async () => {
    const twice: Middleware = async (call, next) => (await next(call), next(call));
    const asked: string[] = [];
    const ask = wrap(async ({ input }: Call<string>) => asked.push(input), twice);
    await Promise.all([ask("a"), ask("b")]);
    expect(asked.toSorted()).toEqual(["a", "a", "b", "b"]);
  });

  it("lets a layer call next again, each time with a call of its own", async () => {
    const again: Middleware = async (call, next) => {
      try {
        return await next(call);
      } catch {
        return next({ ...call, attempt: 2 });
      }
    };
    const attempts: number[] = [];
    const ask = wrap(async ({ attempt, input }: Call<string>) => {
      attempts.push(attempt);
      if (attempt === 1) throw new Error("not yet");
      return input;
    }, again);
    expect(await ask("ahoy")).toBe("ahoy");
    expect(attempts).toEqual([1, 2]);
  });

  it("starts a call of its own, with work of its own, each time", async () => {
    const calls: Call<number>[] = [];
    const ask = wrap(async (call: Call<number>) => calls.push(call));
    await ask(1);
    await ask(2, { key: "upstream", cost: 7, deadline: 99 });
    expect(calls).toMatchObject([
      { input: 1, attempt: 1, key: "default", cost: 1, deadline: Infinity },
      { input: 2, attempt: 1, key: "upstream", cost: 7, deadline: 99 },
    ]);
    expect(calls[0]!.work).not.toBe(calls[1]!.work);
  });

  it("hands a native promise on as it is", () => {
    const promise = Promise.resolve(1);
    expect(wrap(() => promise)()).toBe(promise);
  });

  it.each<[string, () => Promise<unknown>]>([
    ["an operation", () => wrap(throwing as () => Promise<never>)()],
    ["a layer", () => wrap(shout, throwing)("ahoy")],
    ["a layer within others", () => wrap(shout, (call, next) => next(call), throwing)("ahoy")],
  ])("rejects when %s throws at once", async (_, ask) => {
    const promise = ask();
    await expect(promise).rejects.toThrow(new RangeError("no layer"));
  });

  it("rejects, and does not throw, when what it is given is no CallInit", async () => {
    const promise = wrap(shout)("ahoy", null as never);
    await expect(promise).rejects.toThrow(TypeError);
  });

  it("calls nobody when the signal has aborted, and rejects with the very reason", async () => {
    const reason = { the: "very reason" };
    const trace: string[] = [];
    const ask = wrap(async () => void trace.push("operation"), traced("layer", trace));
    await expect(ask(undefined, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(trace).toEqual([]);
  });

  it("refuses what is no function, and says what it is", () => {
    expect(() => wrap(5 as never)).toThrow(new TypeError("Expected `operation` to be a function, got 5"));
    expect(() => wrap(shout, (call, next) => next(call), "timeout" as never)).toThrow(
      new TypeError('Expected `layers[1]` to be a function, got "timeout"'),
    );
  });
});
