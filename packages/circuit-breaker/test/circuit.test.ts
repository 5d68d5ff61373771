import { describe, expect, it } from "vitest";
import { consecutive, type CircuitOpenError } from "../src/index.ts";
import { boom, judged, play } from "./play.ts";

const tripsAtOnce = { trip: consecutive(1), openFor: 1_000 };

describe("the open time", () => {
  it("passes without a timer and without a call", async () => {
    const { breaker, clock, fail } = play(tripsAtOnce);
    await fail(1);
    expect(clock.pending).toBe(0);
    await clock.advance(999);
    expect(breaker.state()).toBe("open");
    await clock.advance(1);
    expect(breaker.state()).toBe("half-open");
  });

  it("is waited out to its last fraction of a millisecond", async () => {
    const { breaker, clock, fail, send } = play({ trip: consecutive(1), openFor: 1.5 });
    await fail(1);
    await clock.advance(1.25);
    expect(breaker.state()).toBe("open");
    expect(await send()).toMatchObject({ retryAfter: 1 });
    await clock.advance(0.25);
    expect(breaker.state()).toBe("half-open");
  });

  it("is told by each refusal", async () => {
    const { clock, send, fail } = play(tripsAtOnce);
    await fail(1);
    await clock.advance(400);
    expect(await send()).toMatchObject({ state: "open", retryAfter: 600, verdict: { retryAfter: 600 } });
  });

  it("is by default 2 s, each time", async () => {
    const { breaker, clock, fail } = play({ trip: consecutive(1) });
    await fail(1);
    for (let opening = 1; opening <= 10; opening++) {
      await clock.advance(1_999);
      expect(breaker.state(), `opening ${opening}`).toBe("open");
      await clock.advance(1);
      expect(breaker.state(), `opening ${opening}`).toBe("half-open");
      await fail(1);
    }
  });

  it("grows by the factor with each opening in a row, up to the maximum", async () => {
    const { breaker, clock, fail } = play({ ...tripsAtOnce, factor: 2, maxOpenFor: 5_000 });
    await fail(1);
    for (const openFor of [1_000, 2_000, 4_000, 5_000, 5_000]) {
      await clock.advance(openFor - 1);
      expect(breaker.state()).toBe("open");
      await clock.advance(1);
      expect(breaker.state()).toBe("half-open");
      await fail(1);
    }
  });

  it("goes on growing when the circuit was closed only for a moment", async () => {
    const { events, clock, fail, succeed } = play({ ...tripsAtOnce, factor: 2 });
    await fail(1);
    await clock.advance(1_000);
    await succeed(1);
    await clock.advance(999);
    await fail(1);
    expect(events.at(-1)).toMatchObject({ type: "circuit-open", openFor: 2_000 });
  });

  it("starts anew when the circuit was closed for as long as it was open", async () => {
    const { events, clock, fail, succeed } = play({ ...tripsAtOnce, factor: 2 });
    await fail(1);
    await clock.advance(1_000);
    await succeed(1);
    await clock.advance(1_000);
    await fail(1);
    expect(events.at(-1)).toMatchObject({ type: "circuit-open", openFor: 1_000 });
  });

  it("is longer by chance, never shorter, by at most a fifth", async () => {
    const longest = play({ ...tripsAtOnce, random: () => 1 - Number.EPSILON });
    await longest.fail(1);
    await longest.clock.advance(1_199);
    expect(longest.breaker.state()).toBe("open");
    await longest.clock.advance(1);
    expect(longest.breaker.state()).toBe("half-open");
  });
});

describe("a server's Retry-After", () => {
  const busy = (retryAfter: number): Error => judged({ kind: "overloaded", health: "failure", retryAfter });

  it("is the least time that the circuit stays open", async () => {
    const { breaker, clock, fail } = play(tripsAtOnce);
    await fail(1, busy(30_000));
    await clock.advance(29_999);
    expect(breaker.state()).toBe("open");
    await clock.advance(1);
    expect(breaker.state()).toBe("half-open");
  });

  it("is not the most", async () => {
    const { breaker, clock, fail } = play(tripsAtOnce);
    await fail(1, busy(10));
    await clock.advance(999);
    expect(breaker.state()).toBe("open");
  });

  it("is kept beyond the maximum, and jittered by a fifth of the circuit's own time alone", async () => {
    const { events, fail } = play({ ...tripsAtOnce, maxOpenFor: 1_000, random: () => 0.5 });
    await fail(1, busy(300_000));
    expect(events).toMatchObject([{ type: "circuit-open", openFor: 300_100 }]);
  });

  it.each(["that opened it", "that came late"])(
    "is believed for ten minutes, and then a probe asks again, if it is longer in the failure %s",
    async (which) => {
      const { breaker, clock, fail, start, succeed } = play(tripsAtOnce);
      const late = await start();
      await fail(1, busy(which === "that opened it" ? 365 * 86_400_000 : 0));
      late.reject(busy(which === "that came late" ? 365 * 86_400_000 : 0));
      await late.outcome;
      await clock.advance(599_999);
      expect(breaker.state()).toBe("open");
      await clock.advance(1);
      await succeed(1);
      expect(breaker.state()).toBe("closed");
    },
  );

  it("of a failing probe keeps the circuit open", async () => {
    const { breaker, clock, fail } = play(tripsAtOnce);
    await fail(1);
    await clock.advance(1_000);
    await fail(1, busy(30_000));
    await clock.advance(29_999);
    expect(breaker.state()).toBe("open");
  });

  it("of a failure that comes late prolongs an open circuit", async () => {
    const { breaker, clock, fail, start } = play(tripsAtOnce);
    const late = await start();
    await fail(1);
    await clock.advance(500);
    late.reject(busy(2_000));
    await late.outcome;
    await clock.advance(1_999);
    expect(breaker.state()).toBe("open");
    await clock.advance(1);
    expect(breaker.state()).toBe("half-open");
  });

  it("of a failure that comes late never shortens it, nor closes a way that is half-open", async () => {
    const { breaker, clock, fail, start } = play(tripsAtOnce);
    const [first, second] = [await start(), await start()];
    await fail(1);
    first.reject(busy(1));
    await first.outcome;
    await clock.advance(999);
    expect(breaker.state()).toBe("open");
    await clock.advance(1);
    second.reject(busy(60_000));
    await second.outcome;
    expect(breaker.state()).toBe("half-open");
  });

  it.each([Number.NaN, -5, Infinity])("of %s does no harm", async (retryAfter) => {
    const { breaker, fail, send } = play(tripsAtOnce);
    await fail(1, busy(retryAfter));
    expect(breaker.state()).toBe("open");
    expect(((await send()) as CircuitOpenError).retryAfter).toBeGreaterThanOrEqual(1_000);
    expect(JSON.parse(JSON.stringify(breaker.snapshot()))).toEqual(breaker.snapshot());
  });
});

describe("a result that began before the last transition", () => {
  it("does not close a half-open circuit", async () => {
    const { breaker, clock, fail, start } = play(tripsAtOnce);
    const early = await start();
    await fail(1);
    await clock.advance(1_000);
    const probe = await start();
    early.resolve("late");
    await early.outcome;
    expect(breaker.state()).toBe("half-open");
    probe.resolve("well");
    await probe.outcome;
    expect(breaker.state()).toBe("closed");
  });

  it("does not open a half-open circuit", async () => {
    const { breaker, clock, fail, start } = play(tripsAtOnce);
    const early = await start();
    await fail(1);
    await clock.advance(1_000);
    await start();
    early.reject(boom);
    await early.outcome;
    expect(breaker.state()).toBe("half-open");
  });

  it("does not open a circuit that has recovered", async () => {
    const { breaker, clock, fail, succeed, start } = play(tripsAtOnce);
    const early = await start();
    await fail(1);
    await clock.advance(1_000);
    await succeed(1);
    early.reject(boom);
    await early.outcome;
    expect(breaker.state()).toBe("closed");
  });

  it("does not clear the failures since", async () => {
    const { breaker, clock, fail, succeed, start } = play({ trip: consecutive(2), openFor: 1_000 });
    const early = await start();
    await fail(2);
    await clock.advance(1_000);
    await succeed(1);
    await fail(1);
    early.resolve("late");
    await early.outcome;
    await fail(1);
    expect(breaker.state()).toBe("open");
  });

  it("is one of two failures at once: only the first opens, and only it is told", async () => {
    const { events, start } = play(tripsAtOnce);
    const [first, second] = [await start(), await start()];
    second.reject(boom);
    first.reject(new Error("later"));
    await Promise.all([first.outcome, second.outcome]);
    expect(events).toMatchObject([{ type: "circuit-open", error: boom }]);
  });
});
