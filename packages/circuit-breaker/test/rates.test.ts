import { describe, expect, it } from "vitest";
import { countWindow, timeWindow, type RateOptions, type TripCondition } from "../src/index.ts";
import { boom, judged, play } from "./play.ts";

const hung = judged({ kind: "timeout", health: "failure" });

describe.each<[string, (options: RateOptions) => TripCondition]>([
  ["a count window", (options) => countWindow({ size: 10, ...options })],
  ["a time window", (options) => timeWindow({ duration: 30_000, minimumCalls: 10, ...options })],
])("%s", (_, window) => {
  it("trips when the failure rate is reached, at 50 % of errors", async () => {
    const { breaker, events, fail, succeed } = play({ trip: window({ failureRate: 0.5 }) });
    await succeed(5);
    await fail(4);
    expect(breaker.state()).toBe("closed");
    await fail(1);
    expect(events).toMatchObject([{ type: "circuit-open", reason: "failure-rate", error: boom }]);
  });

  it("trips when the timeout rate is reached, at 30 % of timeouts", async () => {
    const { breaker, events, fail, succeed } = play({ trip: window({ failureRate: 0.5, timeoutRate: 0.3 }) });
    await succeed(6);
    await fail(2, hung);
    await fail(1);
    expect(breaker.state()).toBe("closed");
    await fail(1, hung);
    expect(events).toMatchObject([{ type: "circuit-open", reason: "timeout-rate", error: hung }]);
  });

  it("trips when the slow-call rate is reached, although every call succeeds", async () => {
    const trip = window({ slowCallRate: 0.5, slowCallDuration: 2_000 });
    const { breaker, events, clock, start, succeed } = play({ trip });
    await succeed(5);
    for (const state of ["closed", "closed", "closed", "closed", "open"]) {
      const { resolve, outcome } = await start();
      await clock.advance(2_000);
      resolve("at last");
      await outcome;
      expect(breaker.state()).toBe(state);
    }
    expect(events).toEqual([expect.objectContaining({ reason: "slow-call-rate", error: undefined })]);
  });

  it("takes the time to the answer, not to the end of its body, for how slow a call is", async () => {
    const trip = window({ slowCallRate: 1, slowCallDuration: 2_000, minimumCalls: 1 });
    const { breaker, clock, start } = play({ trip });
    const { call, resolve, outcome } = await start();
    const end = call.work.hold();
    await clock.advance(1_999);
    resolve("headers");
    await outcome;
    await clock.advance(10_000);
    end();
    expect(breaker.state()).toBe("closed");
  });

  it("counts slow failures as slow, too", async () => {
    const trip = window({ slowCallRate: 1, slowCallDuration: 2_000, minimumCalls: 1 });
    const { clock, events, start } = play({ trip });
    const { reject, outcome } = await start();
    await clock.advance(2_000);
    reject(boom);
    await outcome;
    expect(events).toMatchObject([{ reason: "slow-call-rate", error: boom }]);
  });

  it("gives the reason that tells most when several rates are reached at once", async () => {
    const { events, fail } = play({ trip: window({ failureRate: 0.5, timeoutRate: 0.3 }) });
    await fail(10, hung);
    expect(events).toMatchObject([{ reason: "timeout-rate" }]);
  });

  it("does not trip below its minimum of calls", async () => {
    const { breaker, fail } = play({ trip: window({ failureRate: 0.1, minimumCalls: 4 }) });
    await fail(3);
    expect(breaker.state()).toBe("closed");
    await fail(1);
    expect(breaker.state()).toBe("open");
  });

  it("does not open because of a call that went well", async () => {
    const { breaker, fail, succeed } = play({ trip: window({ failureRate: 0.5, minimumCalls: 4 }) });
    await fail(3);
    await succeed(3);
    expect(breaker.state()).toBe("closed");
    await fail(1);
    expect(breaker.state()).toBe("open");
  });

  it("is exact where a product would be rounded: 11 of 20 are 0.55", async () => {
    const trip = [countWindow({ size: 20, failureRate: 0.55, minimumCalls: 20 })];
    const { breaker, fail, succeed } = play({ trip });
    await succeed(9);
    await fail(10);
    expect(breaker.state()).toBe("closed");
    await fail(1);
    expect(breaker.state()).toBe("open");
  });

  it.each<[RateOptions, string]>([
    [{}, "Expected `failureRate`, `timeoutRate` or `slowCallRate` to be a number, got none of them"],
    [{ failureRate: 0 }, "Expected `failureRate` to be a number > 0 and <= 1, got 0"],
    [{ failureRate: 50 }, "Expected `failureRate` to be a number > 0 and <= 1, got 50"],
    [{ timeoutRate: 1.1 }, "Expected `timeoutRate` to be a number > 0 and <= 1, got 1.1"],
    [{ slowCallRate: -1, slowCallDuration: 1 }, "Expected `slowCallRate` to be a number > 0 and <= 1, got -1"],
    [{ slowCallRate: 1, slowCallDuration: -1 }, "Expected `slowCallDuration` to be a number >= 0, got -1"],
    [{ slowCallRate: 1 }, "Expected `slowCallRate` and `slowCallDuration` to come together, got 1 and undefined"],
    [
      { failureRate: 1, slowCallDuration: 9 },
      "Expected `slowCallRate` and `slowCallDuration` to come together, got undefined and 9",
    ],
    [{ failureRate: 1, minimumCalls: 0 }, "Expected `minimumCalls` to be an integer >= 1"],
    [{ failureRate: 1, minimumCalls: 2.5 }, "Expected `minimumCalls` to be an integer >= 1"],
  ])("refuses %j", (options, message) => {
    expect(() => window(options)).toThrow(message);
  });
});
