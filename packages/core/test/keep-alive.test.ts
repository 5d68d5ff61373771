import { describe, expect, it } from "vitest";
import { keepAlive } from "../src/keep-alive.ts";
import { collectGarbage } from "./collect-garbage.ts";

describe("keepAlive", () => {
  it.each<[string, () => object]>([
    ["an object", () => ({ a: 1 })],
    ["an array", () => []],
    ["a function", () => () => {}],
    ["an object without a prototype", () => Object.create(null) as object],
    ["a frozen object", () => Object.freeze({ a: 1 })],
    ["a stream", () => new ReadableStream()],
    [
      "a proxy, none of whose traps it touches",
      () => new Proxy({}, new Proxy({}, { get: () => () => expect.unreachable() })),
    ],
  ])("lets %s keep another alive, for as long as it lives itself", async (_, make) => {
    let keeper: object | undefined = make();
    let kept: object | undefined = {};
    const ref = new WeakRef(kept);
    keepAlive(keeper, kept);
    kept = undefined;
    await collectGarbage();
    expect(ref.deref()).toBeDefined();
    expect(keepAlive(keeper, {})).toBe(ref.deref());
    keepAlive(keeper, ref.deref()!);
    keeper = undefined;
    await collectGarbage();
    expect(ref.deref()).toBeUndefined();
  });

  it("keeps one at a time, and returns what it kept before", () => {
    const keeper = {};
    const [first, second] = [{}, {}];
    expect(keepAlive(keeper, first)).toBeUndefined();
    expect(keepAlive(keeper, second)).toBe(first);
    expect(keepAlive(keeper, second)).toBe(second);
  });

  it("is not to be seen on the keeper", () => {
    const keeper = { a: 1 };
    keepAlive(keeper, {});
    expect(Reflect.ownKeys(keeper)).toEqual(["a"]);
    expect(JSON.stringify(keeper)).toBe('{"a":1}');
    expect(structuredClone(keeper)).toEqual({ a: 1 });
  });
});
