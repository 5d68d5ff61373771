import { fakeClock } from "@evenkeel/testkit";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { timeWindow, type TripOutcome } from "../src/index.ts";
import { play } from "./play.ts";

describe("timeWindow", () => {
  it("does not count what is older than its duration", async () => {
    const { breaker, clock, fail } = play({
      trip: timeWindow({ duration: 16_000, failureRate: 0.5, minimumCalls: 4 }),
    });
    await fail(3);
    await clock.advance(16_000);
    await fail(3);
    expect(breaker.state()).toBe("closed");
    await fail(1);
    expect(breaker.state()).toBe("open");
  });

  it("counts what is younger than fifteen sixteenths of it", async () => {
    const { breaker, clock, fail } = play({
      trip: timeWindow({ duration: 16_000, failureRate: 0.5, minimumCalls: 4 }),
    });
    await fail(3);
    await clock.advance(15_000);
    await fail(1);
    expect(breaker.state()).toBe("open");
  });

  it("has forgotten all after an idle hour: one more failure opens nothing", async () => {
    const { breaker, clock, fail, succeed } = play();
    await succeed(200);
    await fail(190);
    expect(breaker.state()).toBe("closed");
    await clock.advance(3_600_000);
    await fail(1);
    expect(breaker.state()).toBe("closed");
    await fail(18);
    expect(breaker.state()).toBe("closed");
    await fail(1);
    expect(breaker.state()).toBe("open");
  });

  it("needs twenty calls, where no minimum is said", async () => {
    const { breaker, fail } = play({ trip: timeWindow({ duration: 30_000, failureRate: 0.5 }) });
    await fail(19);
    expect(breaker.state()).toBe("closed");
    await fail(1);
    expect(breaker.state()).toBe("open");
  });

  it("keeps the present when the clock goes back", () => {
    let now = 100_000;
    const record = timeWindow({ duration: 16_000, failureRate: 1, minimumCalls: 3 }).start({
      now: () => now,
      after: () => () => {},
    });
    record.add("failure", 0);
    now -= 50_000;
    record.add("failure", 0);
    now += 50_000;
    expect(record.add("failure", 0)).toBe("failure-rate");
  });

  const step = fc.tuple(
    fc.constantFrom<TripOutcome>("success", "success", "failure", "timeout"),
    fc.constantFrom(0, 99, 100, 500),
    fc.constantFrom(0, 0, 0, 1, 100, 999, 1_000, 5_000, 15_999, 16_000, 90_000),
  );

  it.each([0, 1_700_000_000_123, 2 ** 45])("agrees with a list of all calls, from %s on", async (start) => {
    const limits = { failureRate: 0.6, timeoutRate: 0.4, slowCallRate: 0.7, slowCallDuration: 100, minimumCalls: 3 };
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const clock = fakeClock(start);
        let now = start;
        const window = timeWindow({ duration: 16_000, ...limits });
        let record = window.start({ ...clock, now: () => now });
        const all: { slot: number; result: TripOutcome; duration: number }[] = [];
        for (const [i, [result, duration, wait]] of steps.entries()) {
          now += wait;
          const slot = Math.floor(now / 1_000);
          all.push({ slot, result, duration });
          const last = all.filter((each) => each.slot > slot - 16);
          const rate = (of: (call: (typeof all)[number]) => boolean): number => last.filter(of).length / last.length;
          const mayTrip = last.length >= 3 && !(result === "success" && duration < 100);
          const expected = [
            mayTrip && rate((each) => each.result === "timeout") >= 0.4 && "timeout-rate",
            mayTrip && rate((each) => each.result !== "success") >= 0.6 && "failure-rate",
            mayTrip && rate((each) => each.duration >= 100) >= 0.7 && "slow-call-rate",
          ].find(Boolean);
          expect(record.add(result, duration)).toBe(expected || undefined);
          expect(record.isIdle).toBe(last.every((each) => each.result === "success" && each.duration < 100));
          if (i % 7 === 6) {
            const saved = record.save();
            record = window.start({ ...clock, now: () => now });
            record.load(saved);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it("saves a time within each slot, and forgets what is over when it loads", () => {
    let now = 16_000_000;
    const clock = { now: () => now, after: () => () => {} };
    const window = timeWindow({ duration: 16_000, failureRate: 1 });
    const record = window.start(clock);
    record.add("timeout", 0);
    now += 10_000;
    record.add("success", 0);
    expect(record.save()).toEqual([16_000_500, 1, 1, 1, 0, 16_010_500, 1, 0, 0, 0]);
    now += 6_000;
    const later = window.start(clock);
    later.load(record.save());
    expect(later.save()).toEqual([16_010_500, 1, 0, 0, 0]);
  });

  it("loads what is in its future as of now, and survives nonsense", () => {
    const record = timeWindow({ duration: 16_000, failureRate: 1 }).start(fakeClock(1_000_000));
    record.load([9e15, 2, 1, 0, 0, 999_999]);
    expect(record.save()).toEqual([1_000_500, 2, 1, 0, 0]);
  });

  it("counts in slots that can be numbered, from the shortest duration that it takes", () => {
    const record = timeWindow({ duration: 1, failureRate: 1, minimumCalls: 2 }).start(fakeClock(1_700_000_000_000));
    expect([record.add("failure", 0), record.add("failure", 0)]).toEqual([undefined, "failure-rate"]);
  });

  it.each([0.999, 0, -1, Number.NaN, Infinity])("refuses a duration of %s", (duration) => {
    expect(() => timeWindow({ duration, failureRate: 0.5 })).toThrow(/^Expected `duration` to be a number >= 1/);
  });
});
