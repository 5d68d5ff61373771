import { compose, layer, type Middleware } from "@evenkeel/core";
import { describe, expect, it } from "vitest";
import { bind } from "../src/compose.ts";
import { traced } from "./traced.ts";

describe("compose", () => {
  it("lets the first layer be the outermost", async () => {
    const trace: string[] = [];
    const pipeline = compose(traced("first", trace), traced("second", trace));
    expect(await pipeline.run(() => trace.push("operation"))).toBe(3);
    expect(trace).toEqual(["first in", "second in", "operation", "second out", "first out"]);
  });

  it("makes a layer again, which composes", async () => {
    const trace: string[] = [];
    const inner = compose(traced("second", trace), traced("third", trace));
    const pipeline = compose(traced("first", trace), inner, compose(traced("fourth", trace)));
    await pipeline.run(() => {});
    expect(trace.slice(0, 4)).toEqual(["first in", "second in", "third in", "fourth in"]);
  });

  it("composes nothing to a layer that passes everything on", async () => {
    const failure = new Error("failure");
    expect(await compose().run(() => 5)).toBe(5);
    await expect(compose().run(() => Promise.reject(failure))).rejects.toBe(failure);
  });

  it("lets a layer call the rest of the pipeline again", async () => {
    const trace: string[] = [];
    const again: Middleware = async (call, next) => {
      await next(call);
      return next({ ...call, attempt: 2 });
    };
    const pipeline = compose(again, traced("inner", trace));
    const seen: number[] = [];
    await pipeline.run(({ attempt }) => seen.push(attempt));
    expect(seen).toEqual([1, 2]);
    expect(trace).toEqual(["inner in", "inner out", "inner in", "inner out"]);
  });

  it("is not changed by what happens to the list that it was made of", async () => {
    const layers = [layer((call, next) => next({ ...call, key: "mine" }))];
    const pipeline = compose(...layers);
    layers.length = 0;
    expect(await pipeline.run(({ key }) => key)).toBe("mine");
  });

  it("may be run many times at once", async () => {
    const later: Middleware = async (call, next) => {
      await Promise.resolve();
      return next(call);
    };
    const pipeline = compose(later, later, later);
    const results = await Promise.all([1, 2, 3].map((number) => pipeline.run(() => number)));
    expect(results).toEqual([1, 2, 3]);
  });

  it("refuses what is no function, and says what it is", () => {
    expect(() => compose((call, next) => next(call), undefined as never)).toThrow(
      new TypeError("Expected `layers[1]` to be a function, got undefined"),
    );
  });
});

describe("bind", () => {
  it("returns the operation itself when there is no layer", () => {
    const operation = async (): Promise<number> => 5;
    expect(bind([], operation)).toBe(operation);
  });
});
