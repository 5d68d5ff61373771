import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { neverAborts } from "../src/never-aborts.ts";
import { leftBehind } from "./collect-garbage.ts";

describe("the signal that never aborts", () => {
  it("is one, and a real one", () => {
    expect(neverAborts()).toBe(neverAborts());
    expect(neverAborts()).toBeInstanceOf(AbortSignal);
    expect(neverAborts().aborted).toBe(false);
  });

  it("keeps no listeners, which would be kept for ever", () => {
    const listener = (): void => {};
    neverAborts().addEventListener("abort", listener);
    neverAborts().addEventListener("abort", listener, { once: true });
    expect(getEventListeners(neverAborts(), "abort")).toEqual([]);
    neverAborts().removeEventListener("abort", listener);
  });

  it("is taken wherever a signal is", async () => {
    expect(new Request("http://localhost", { signal: neverAborts() }).signal.aborted).toBe(false);
    const other = new AbortController();
    const any = AbortSignal.any([neverAborts(), other.signal]);
    other.abort("other");
    expect(any.reason).toBe("other");
  });

  it("does not grow with the requests and the composites that it is given to", async () => {
    const use = (): void => {
      AbortSignal.any([neverAborts(), new AbortController().signal]);
      neverAborts().addEventListener("abort", () => {});
    };
    expect(await leftBehind(5_000, use)).toBeLessThan(20);
  });
});
