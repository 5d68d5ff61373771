import { systemClock } from "@evenkeel/core";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countWindow, type TripOutcome } from "../src/index.ts";
import { play } from "./play.ts";

describe("countWindow", () => {
  it("counts the last calls alone", async () => {
    const { breaker, fail, succeed } = play({ trip: countWindow({ size: 4, failureRate: 0.75, minimumCalls: 4 }) });
    for (const _ of [1, 2, 3]) {
      await fail(2);
      await succeed(2);
    }
    expect(breaker.state()).toBe("closed");
    await fail(3);
    expect(breaker.state()).toBe("open");
  });

  it("remembers however long ago a call was", async () => {
    const { breaker, clock, fail } = play({ trip: countWindow({ size: 4, failureRate: 1, minimumCalls: 4 }) });
    await fail(3);
    await clock.advance(1e9);
    await fail(1);
    expect(breaker.state()).toBe("open");
  });

  it("needs no more calls than it holds, where no minimum is said", async () => {
    const { breaker, fail } = play({ trip: countWindow({ size: 3, failureRate: 1 }) });
    await fail(3);
    expect(breaker.state()).toBe("open");
  });

  it("agrees with a list of all calls, whatever happens", () => {
    const outcome = fc.constantFrom<TripOutcome>("success", "success", "failure", "timeout");
    const calls = fc.array(fc.tuple(outcome, fc.constantFrom(0, 99, 100, 500)), { maxLength: 60 });
    fc.assert(
      fc.property(calls, fc.integer({ min: 1, max: 12 }), (all, size) => {
        const limits = {
          failureRate: 0.6,
          timeoutRate: 0.4,
          slowCallRate: 0.7,
          slowCallDuration: 100,
          minimumCalls: 1,
        };
        const record = countWindow({ size, ...limits }).start(systemClock);
        for (const [i, [result, duration]] of all.entries()) {
          const last = all.slice(Math.max(0, i + 1 - size), i + 1);
          const rate = (of: (call: (typeof all)[number]) => boolean): number => last.filter(of).length / last.length;
          const isGood = result === "success" && duration < 100;
          const expected = [
            !isGood && rate(([each]) => each === "timeout") >= 0.4 && "timeout-rate",
            !isGood && rate(([each]) => each !== "success") >= 0.6 && "failure-rate",
            !isGood && rate(([, ms]) => ms >= 100) >= 0.7 && "slow-call-rate",
          ].find(Boolean);
          expect(record.add(result, duration)).toBe(expected || undefined);
          expect(record.isIdle).toBe(last.every(([each, ms]) => each === "success" && ms < 100));
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it("holds a million calls", async () => {
    const record = countWindow({ size: 1_000_000, failureRate: 0.5, minimumCalls: 1_000_000 }).start(systemClock);
    for (let i = 0; i < 500_000; i++) record.add("success", 0);
    for (let i = 0; i < 499_999; i++) record.add("failure", 0);
    expect(record.add("failure", 0)).toBe("failure-rate");
    expect(record.save()).toEqual([0, 500_000, 1, 500_000]);
  });

  it("loads what it has saved", () => {
    const window = countWindow({ size: 5, failureRate: 1, slowCallRate: 1, slowCallDuration: 10 });
    const record = window.start(systemClock);
    for (const outcome of ["failure", "success", "success", "timeout", "failure", "failure"] as const) {
      record.add(outcome, outcome === "timeout" ? 10 : 0);
    }
    expect(record.save()).toEqual([0, 2, 7, 1, 1, 2]);
    const loaded = window.start(systemClock);
    loaded.load(record.save());
    expect(loaded.save()).toEqual(record.save());
  });

  it("loads the latest of a larger one, and survives nonsense", () => {
    const record = countWindow({ size: 3, failureRate: 1 }).start(systemClock);
    record.load([1, 1e15, 0, 2]);
    expect(record.save()).toEqual([1, 1, 0, 2]);
    record.load([255, 1, 3]);
    expect(record.save()).toEqual([0, 2, 7, 1]);
  });

  it.each([0, -1, 2.5, Number.NaN, 2 ** 32, Infinity])("refuses a size of %s", (size) => {
    expect(() => countWindow({ size, failureRate: 0.5 })).toThrow(/^Expected `size` to be an integer >= 1/);
  });

  it("refuses a minimum that it could never hold", () => {
    expect(() => countWindow({ size: 5, failureRate: 0.5, minimumCalls: 6 })).toThrow(
      "Expected `minimumCalls` to be an integer >= 1 and <= 5, got 6",
    );
  });
});
