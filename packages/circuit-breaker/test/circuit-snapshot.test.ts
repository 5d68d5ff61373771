import { fakeClock } from "@evenkeel/testkit";
import { describe, expect, it } from "vitest";
import { circuitBreaker, consecutive, countWindow, timeWindow, type CircuitBreakerOptions } from "../src/index.ts";
import { boom, judged, play, type Play } from "./play.ts";

const start = 1_700_000_000_000;
const options = {
  trip: [consecutive(3), timeWindow({ duration: 32_000, failureRate: 0.5, minimumCalls: 4 })],
  openFor: 5_000,
  factor: 2,
};

/** Another process, some ms later, which has read the snapshot from a store. */
function elsewhere(from: Play, later = 0, given: CircuitBreakerOptions = options): Play {
  const there = play(given, fakeClock(from.clock.now() + later));
  there.breaker.restore(JSON.parse(JSON.stringify(from.breaker.snapshot())));
  return there;
}

describe("a snapshot", () => {
  it("is plain JSON with a version", async () => {
    const here = play(options);
    await here.send({ key: "a" }, boom);
    expect(JSON.parse(JSON.stringify(here.breaker.snapshot()))).toEqual({
      version: 1,
      circuits: [
        {
          key: "a",
          state: "closed",
          since: 0,
          openFor: 0,
          openings: 0,
          trip: [
            { kind: "consecutive", memory: [1] },
            { kind: "time-window", memory: [start + 1_000, 1, 1, 0, 0] },
          ],
        },
      ],
    });
  });

  it("carries an open circuit, which goes on to wait there", async () => {
    const here = play(options);
    await here.fail(3);
    const there = elsewhere(here, 2_000);
    expect(there.breaker.state()).toBe("open");
    expect(await there.send()).toMatchObject({ retryAfter: 3_000 });
    await there.clock.advance(3_000);
    expect(await there.send()).toBe("ok");
    expect(there.breaker.state()).toBe("closed");
  });

  it("carries how often it opened: the next time grows on", async () => {
    const here = play(options);
    await here.fail(3);
    const there = elsewhere(here, 5_000);
    await there.fail(1);
    expect(there.events.at(-1)).toMatchObject({ type: "circuit-open", openFor: 10_000 });
  });

  it("carries what the trip conditions remember", async () => {
    const here = play(options);
    await here.fail(2);
    const there = elsewhere(here, 1_000);
    await there.fail(1);
    expect(there.events).toMatchObject([{ reason: "consecutive" }]);

    const later = elsewhere(here, 33_000);
    await later.succeed(1);
    await later.fail(2);
    expect(later.breaker.state()).toBe("closed");
  });

  it("carries an isolated circuit, and the keys of all", () => {
    const here = play();
    for (const key of ["a", "__proto__", ""]) here.breaker.isolate(key);
    const there = elsewhere(here, 0, {});
    expect(["a", "__proto__", "", "b"].map((key) => there.breaker.state(key))).toEqual([
      "isolated",
      "isolated",
      "isolated",
      "closed",
    ]);
  });

  it("carries of a half-open circuit that it is due for a probe, and no probe", async () => {
    const here = play(options);
    await here.fail(3);
    await here.clock.advance(5_000);
    await here.start();
    const there = elsewhere(here);
    expect(there.breaker.state()).toBe("half-open");
    expect(await there.send()).toBe("ok");
    expect(there.breaker.state()).toBe("closed");
    expect(here.breaker.state()).toBe("half-open");
  });

  it("from a clock that is ahead keeps a circuit open no longer than it was to be", async () => {
    const here = play(options);
    await here.fail(3);
    const there = elsewhere(here, -3_600_000);
    await there.clock.advance(4_999);
    expect(there.breaker.state()).toBe("open");
    await there.clock.advance(1);
    expect(there.breaker.state()).toBe("half-open");
  });

  it("disturbs nothing", async () => {
    const here = play(options);
    await here.fail(3);
    await here.clock.advance(5_000);
    const probe = await here.start();
    const before = here.breaker.snapshot();
    expect(here.breaker.snapshot()).toEqual(before);
    probe.resolve("well");
    await probe.outcome;
    expect(here.breaker.state()).toBe("closed");
  });

  it("replaces what it names, leaves the rest, and makes what is under way change nothing", async () => {
    const here = play(options);
    await here.send({ key: "named" }, boom);
    const snapshot = here.breaker.snapshot();
    const early = await here.start({ key: "named" });
    here.breaker.isolate("named");
    here.breaker.isolate("other");
    here.breaker.restore(snapshot);
    expect([here.breaker.state("named"), here.breaker.state("other")]).toEqual(["closed", "isolated"]);
    early.reject(boom);
    await early.outcome;
    expect(here.breaker.snapshot().circuits.find(({ key }) => key === "named")).toEqual(snapshot.circuits[0]);
  });

  it.each([
    ["of the failure that opened it", false],
    ["of a later one", true],
  ])("can be restored however much time the server asked for in the answer %s", async (_, isLate) => {
    const here = play({ trip: consecutive(1), random: () => 0.5 });
    const late = await here.start();
    const endless = judged({ health: "failure", retryAfter: Number.MAX_VALUE });
    await here.fail(1, isLate ? boom : endless);
    await here.clock.advance(1);
    late.reject(endless);
    await late.outcome;
    const there = elsewhere(here, 60_000, { trip: consecutive(1) });
    expect(there.breaker.state()).toBe("open");
    expect(there.breaker.snapshot()).toEqual(here.breaker.snapshot());
  });

  it("tells no event when it is restored", async () => {
    const here = play(options);
    await here.fail(3);
    expect(elsewhere(here).events).toEqual([]);
  });
});

describe("restore refuses", () => {
  const good = {
    key: "k",
    state: "open",
    since: start,
    openFor: 5_000,
    openings: 1,
    trip: [{ kind: "count-window", memory: [1, 3] }],
  };
  const other = { ...good, key: "other" };
  const breaker = circuitBreaker({ trip: countWindow({ size: 10, failureRate: 0.5 }) });

  it.each<[unknown, string]>([
    [undefined, "Expected `snapshot.version` to be 1, got undefined"],
    [null, "Expected `snapshot.version` to be 1, got undefined"],
    ["{}", "Expected `snapshot.version` to be 1, got undefined"],
    [{ version: 2, circuits: [] }, "Expected `snapshot.version` to be 1, got 2"],
    [{ version: 1 }, "Expected `snapshot.circuits` to be an array, got undefined"],
    [{ version: 1, circuits: {} }, "Expected `snapshot.circuits` to be an array, got {}"],
    ...Object.entries({
      "key` to be a string, got 5": { ...good, key: 5 },
      'state` to be "closed" or "open" or "isolated", got "half-open"': { ...good, state: "half-open" },
      "since` to be a number >= 0 and <= 9007199254740991, got null": { ...good, since: null },
      [`openFor\` to be a number >= 0 and <= ${Number.MAX_VALUE}, got -1`]: { ...good, openFor: -1 },
      'openings` to be a number >= 0 and <= 9007199254740991, got "1"': { ...good, openings: "1" },
      "trip.length` to be 1, got undefined": { ...good, trip: undefined },
      "trip.length` to be 1, got 0": { ...good, trip: [] },
      'trip[0].kind` to be "count-window", got "consecutive"': { ...good, trip: [{ kind: "consecutive", memory: [] }] },
      'trip[0].kind` to be "count-window", got undefined': { ...good, trip: [null] },
      "trip[0].memory` to be an array, got undefined": { ...good, trip: [{ kind: "count-window" }] },
      'trip[0].memory` to be an array, got "12"': { ...good, trip: [{ kind: "count-window", memory: "12" }] },
      "trip[0].memory[1]` to be a number >= 0 and <= 9007199254740991, got NaN": {
        ...good,
        trip: [{ kind: "count-window", memory: [1, Number.NaN] }],
      },
    }).map(([message, saved]): [unknown, string] => [
      { version: 1, circuits: [other, saved] },
      `Expected \`snapshot.circuits[1].${message}`,
    ]),
    [{ version: 1, circuits: [null] }, "Expected `snapshot.circuits[0].key` to be a string, got undefined"],
  ])("%j", (snapshot, message) => {
    expect(() => breaker.restore(snapshot as never)).toThrow(message);
    expect(breaker.snapshot().circuits).toEqual([]);
  });

  it("nothing that it has written itself", () => {
    breaker.restore({ version: 1, circuits: [good as never] });
    expect(JSON.parse(JSON.stringify(breaker.snapshot()))).toEqual({ version: 1, circuits: [good] });
  });
});
