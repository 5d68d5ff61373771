import { checkNumber, compose, layer, startCall, wrap, type Call } from "@evenkeel/core";
import { describe, expect, it } from "vitest";
import {
  circuitBreaker,
  CircuitOpenError,
  consecutive,
  countWindow,
  timeWindow,
  type CircuitBreaker,
  type TripCondition,
  type TripRecord,
} from "../src/index.ts";
import { boom, judged, play, settled, timeLimit, type Play } from "./play.ts";

describe("a closed circuit", () => {
  it("passes the call, the answer and the error through as they are", async () => {
    const { breaker } = play();
    const input = { prompt: "hello" };
    const seen: Call[] = [];
    const ask = wrap(async (call: Call<object>) => (seen.push(call), input), breaker);
    expect(await ask(input)).toBe(input);
    expect(seen[0]?.input).toBe(input);
    await expect(breaker.run(() => Promise.reject(boom))).rejects.toBe(boom);
  });

  it("by default opens when half of at least twenty calls fail within 30 s", async () => {
    const { breaker, fail, succeed } = play();
    await succeed(10);
    await fail(9);
    expect(breaker.state()).toBe("closed");
    await fail(1);
    expect(breaker.state()).toBe("open");
  });

  it("does not open before the twentieth call, nor below half of them", async () => {
    const { breaker, fail, succeed } = play();
    await fail(19);
    expect(breaker.state()).toBe("closed");
    await succeed(20);
    expect(breaker.state()).toBe("closed");
    await fail(1);
    expect(breaker.state()).toBe("open");
  });

  it("opens at the first of several conditions", async () => {
    const trip = [consecutive(3), countWindow({ size: 10, failureRate: 0.5, minimumCalls: 4 })];
    const byRow = play({ trip });
    await byRow.fail(3);
    expect(byRow.events).toMatchObject([{ type: "circuit-open", reason: "consecutive" }]);

    const byRate = play({ trip });
    await byRate.fail(1);
    await byRate.succeed(1);
    await byRate.fail(1);
    await byRate.succeed(1);
    await byRate.fail(1);
    expect(byRate.events).toMatchObject([{ type: "circuit-open", reason: "failure-rate" }]);
  });

  it("asks a condition of the user's own, a fresh record each time that it closes", async () => {
    let records = 0;
    const atAnyTimeout: TripCondition = {
      kind: "at-any-timeout",
      slowCallDuration: Infinity,
      start() {
        records++;
        const add: TripRecord["add"] = (outcome) => (outcome === "timeout" ? "timeout-rate" : undefined);
        return { add, isIdle: true, save: () => [], load() {} };
      },
    };
    const { breaker, clock, fail, succeed } = play({ trip: atAnyTimeout });
    await fail(5);
    expect([breaker.state(), records]).toEqual(["closed", 1]);
    await fail(1, judged({ kind: "timeout" }));
    expect([breaker.state(), records]).toEqual(["open", 1]);
    await clock.advance(5_000);
    await succeed(1);
    expect([breaker.state(), records]).toEqual(["closed", 2]);
  });

  it("tells a condition the outcome of each call that has one, and no duration if no condition needs it", async () => {
    const told: unknown[] = [];
    const listening: TripCondition = {
      kind: "listening",
      slowCallDuration: Infinity,
      start: () => ({ add: (...args) => void told.push(args), isIdle: true, save: () => [], load() {} }),
    };
    const odd = new Error("odd");
    const { clock, start } = play({
      trip: listening,
      classify(error) {
        if (error === odd) throw boom;
        return undefined;
      },
    });
    async function end(error?: unknown, reason?: unknown): Promise<void> {
      const controller = new AbortController();
      const { outcome, resolve, reject } = await start({ signal: controller.signal });
      await clock.advance(10);
      if (reason) controller.abort(reason);
      if (error) reject(error);
      else resolve("well");
      await outcome;
    }
    await end();
    await end(boom);
    await end(odd);
    await end(judged({ kind: "timeout" }));
    await end(boom, timeLimit());
    await end(judged({ kind: "timeout", health: "neutral" }));
    await end(judged({ kind: "timeout", health: "success" }));
    expect(told).toEqual([
      ["success", 0],
      ["failure", 0],
      ["failure", 0],
      ["timeout", 0],
      ["timeout", 0],
      ["success", 0],
    ]);
  });

  it("never opens by itself without a condition", async () => {
    const { breaker, fail } = play({ trip: [] });
    await fail(100);
    expect(breaker.state()).toBe("closed");
  });

  it("keeps a circuit for each key", async () => {
    const { breaker, send } = play({ trip: consecutive(1) });
    await send({ key: "a" }, boom);
    expect([breaker.state("a"), breaker.state("b"), breaker.state()]).toEqual(["open", "closed", "closed"]);
    expect(await send({ key: "a" })).toBeInstanceOf(CircuitOpenError);
    expect(await send({ key: "b" })).toBe("ok");
  });
});

describe("what counts", () => {
  const tripsAtOnce = { trip: consecutive(1) };

  it("counts an unknown error", async () => {
    const { breaker, fail } = play(tripsAtOnce);
    await fail(1);
    expect(breaker.state()).toBe("open");
  });

  it.each(["elsewhere", "change", "stop"] as const)("does not count an error whose verdict says %s", async (action) => {
    const { breaker, fail } = play(tripsAtOnce);
    await fail(10, judged({ action }));
    expect(breaker.state()).toBe("closed");
  });

  it("goes by the health of a verdict, not by its action", async () => {
    const { breaker, fail } = play(tripsAtOnce);
    await fail(10, judged({ action: "retry", kind: "rate-limit", health: "neutral" }));
    expect(breaker.state()).toBe("closed");
    await fail(1, judged({ action: "stop", kind: "server", health: "failure" }));
    expect(breaker.state()).toBe("open");
  });

  it("counts an error whose health is success as a success", async () => {
    const { breaker, fail } = play({ trip: consecutive(2) });
    await fail(1);
    await fail(1, judged({ action: "stop", kind: "not-found", health: "success" }));
    await fail(1);
    expect(breaker.state()).toBe("closed");
  });

  it("asks its own classify first, then the error, then the call's", async () => {
    const own = play({ ...tripsAtOnce, classify: () => ({ action: "stop" }) });
    await own.fail(1, judged({ health: "failure" }));
    expect(own.breaker.state()).toBe("closed");

    const theCalls = play(tripsAtOnce);
    await theCalls.send({ classify: () => ({ action: "stop" }) }, boom);
    expect(theCalls.breaker.state()).toBe("closed");
    await theCalls.send({ classify: () => ({ action: "stop" }) }, judged({ health: "failure" }));
    expect(theCalls.breaker.state()).toBe("open");
  });

  it("takes a classify that throws for no answer: the call's own error comes out, and counts", async () => {
    const { breaker, send } = play({
      ...tripsAtOnce,
      classify() {
        throw new TypeError("a bug");
      },
    });
    expect(await send({}, boom)).toBe(boom);
    expect(breaker.state()).toBe("open");
  });

  it("does not count ten refusals of a layer below", async () => {
    const { breaker, fail } = play(tripsAtOnce);
    const lower = circuitBreaker();
    lower.isolate();
    const refusal = await settled(lower.run(async () => "never"));
    await fail(10, refusal);
    expect(breaker.state()).toBe("closed");
  });

  it("does not count its own refusals", async () => {
    const { breaker, clock, events, fail } = play({ trip: consecutive(1), openFor: 1_000 });
    await fail(11);
    expect(events.filter(({ type }) => type === "circuit-reject")).toHaveLength(10);
    await clock.advance(1_000);
    expect(breaker.state()).toBe("half-open");
  });

  it("does not count a caller's abort, whatever the operation rejects with", async () => {
    const { breaker, start } = play(tripsAtOnce);
    const controller = new AbortController();
    const { outcome, reject } = await start({ signal: controller.signal });
    controller.abort(new Error("changed my mind"));
    reject(boom);
    expect(await outcome).toBe(boom);
    expect(breaker.state()).toBe("closed");
  });

  it("does not count a call whose time was up before it arrived, and does not start it", async () => {
    const { breaker } = play(tripsAtOnce);
    const signal = AbortSignal.abort(timeLimit());
    let calls = 0;
    const operation = async (): Promise<never> => {
      calls++;
      throw boom;
    };
    expect(await settled(breaker({ ...startCall(undefined), signal }, operation))).toBe(signal.reason);
    expect([calls, breaker.state()]).toEqual([0, "closed"]);
  });

  it("counts a failure that comes before the abort", async () => {
    const { breaker, start } = play(tripsAtOnce);
    const controller = new AbortController();
    const { outcome, reject } = await start({ signal: controller.signal });
    reject(boom);
    await outcome;
    controller.abort();
    expect(breaker.state()).toBe("open");
  });

  it("counts a hang that an outer time limit cuts", async () => {
    const { breaker, events, start } = play(tripsAtOnce);
    const controller = new AbortController();
    const { outcome, reject } = await start({ signal: controller.signal });
    controller.abort(timeLimit());
    reject(controller.signal.reason);
    expect(await outcome).toBe(controller.signal.reason);
    expect(breaker.state()).toBe("open");
    expect(events).toMatchObject([{ type: "circuit-open", error: controller.signal.reason }]);
  });

  it("counts it as a timeout, where a condition asks for these", async () => {
    const { breaker, start } = play({ trip: countWindow({ size: 1, timeoutRate: 1 }) });
    const controller = new AbortController();
    const { outcome, reject } = await start({ signal: controller.signal });
    controller.abort(timeLimit());
    reject(boom);
    await outcome;
    expect(breaker.state()).toBe("open");
  });

  it("counts it at once where the operation is deaf, if the call has a deadline", async () => {
    const { breaker, clock, start } = play(tripsAtOnce);
    const controller = new AbortController();
    const { outcome } = await start({ signal: controller.signal, deadline: clock.now() + 1_000 });
    controller.abort(timeLimit());
    expect(await outcome).toBe(controller.signal.reason);
    expect(breaker.state()).toBe("open");
  });

  it("holds the work of a deaf operation that it leaves behind, so that a limiter above keeps its permit", async () => {
    const { clock, start } = play(tripsAtOnce);
    const controller = new AbortController();
    const { call, outcome, resolve } = await start({ signal: controller.signal, deadline: clock.now() + 1_000 });
    controller.abort(timeLimit());
    await outcome;
    expect(call.work.held).toBe(true);
    resolve("too late");
    await clock.advance(0);
    expect(call.work.held).toBe(false);
  });

  it("counts it late where the operation is deaf and succeeds at last", async () => {
    const { breaker, start } = play(tripsAtOnce);
    const controller = new AbortController();
    const { outcome, resolve } = await start({ signal: controller.signal });
    controller.abort(timeLimit());
    resolve("too late");
    expect(await outcome).toBe("too late");
    expect(breaker.state()).toBe("open");
  });

  it("takes a foreign TimeoutError for a caller's abort: whose limit it was nobody knows", async () => {
    const { breaker, start } = play(tripsAtOnce);
    const controller = new AbortController();
    const { outcome, reject } = await start({ signal: controller.signal });
    controller.abort(new DOMException("timed out", "TimeoutError"));
    reject(controller.signal.reason);
    await outcome;
    expect(breaker.state()).toBe("closed");
  });

  it("does not count a cost or a limit that is no number: the upstream has no part in it", async () => {
    const { breaker } = play(tripsAtOnce);
    const estimated = async (): Promise<number> => checkNumber("cost", NaN);
    await expect(breaker.run(estimated)).rejects.toThrow(RangeError);
    expect(breaker.state()).toBe("closed");
  });

  it("counts an operation that throws synchronously, and leaks nothing", async () => {
    const { breaker } = play({ trip: consecutive(2), maxKeys: 1 });
    const throwing = (): never => {
      throw boom;
    };
    for (const times of [1, 2]) await expect(breaker(startCall(times), throwing)).rejects.toBe(boom);
    expect(breaker.state()).toBe("open");
  });
});

describe("a body that outlives its answer", () => {
  it("counts as a success only when it has ended", async () => {
    const { breaker, start, fail } = play({ trip: consecutive(2) });
    const { call, resolve, outcome } = await start();
    const end = call.work.hold();
    resolve("headers");
    await outcome;
    await fail(1);
    end();
    await fail(1);
    expect(breaker.state()).toBe("closed");
    await fail(1);
    expect(breaker.state()).toBe("open");
  });

  it("counts as a failure when it fails", async () => {
    const { breaker, events, start } = play({ trip: consecutive(1) });
    const { call, resolve, outcome } = await start();
    const end = call.work.hold();
    resolve("headers");
    await outcome;
    expect(breaker.state()).toBe("closed");
    end(boom);
    expect(breaker.state()).toBe("open");
    expect(events).toMatchObject([{ type: "circuit-open", error: boom }]);
  });

  it("counts as a failure when it failed before anyone could look", async () => {
    const { breaker, start } = play({ trip: consecutive(1) });
    const { call, resolve, outcome } = await start();
    const end = call.work.hold();
    resolve("headers");
    end(boom);
    await outcome;
    expect(breaker.state()).toBe("open");
  });

  it("does not count when its reader aborts it", async () => {
    const { breaker, start } = play({ trip: consecutive(1) });
    const controller = new AbortController();
    const { call, resolve, outcome } = await start({ signal: controller.signal });
    const end = call.work.hold();
    resolve("headers");
    await outcome;
    controller.abort();
    end(controller.signal.reason);
    expect(breaker.state()).toBe("closed");
  });

  it("does not keep a rejection waiting", async () => {
    const { breaker, start } = play({ trip: consecutive(1) });
    const { call, reject, outcome } = await start();
    call.work.hold();
    reject(boom);
    await outcome;
    expect(breaker.state()).toBe("open");
  });
});

describe("one logical call", () => {
  /** Makes three attempts under one call, as retry does, and rejects with the last error. */
  const thrice = layer(async (call, next) => {
    let attempt = 1;
    for (;;) {
      try {
        return await next(attempt === 1 ? call : { ...call, attempt, work: call.work.fork() });
      } catch (error) {
        if (++attempt > 3) throw error;
      }
    }
  });
  const attemptsOf = (breaker: CircuitBreaker, error = boom): Promise<unknown> =>
    settled(compose(thrice, breaker).run(() => Promise.reject(error)));

  it("with three failed attempts counts one failure", async () => {
    const { breaker } = play({ trip: consecutive(2) });
    await attemptsOf(breaker);
    expect(breaker.state()).toBe("closed");
    await attemptsOf(breaker);
    expect(breaker.state()).toBe("open");
  });

  it("counts each attempt where that is asked for", async () => {
    const { breaker } = play({ trip: consecutive(3), countPer: "attempt" });
    await attemptsOf(breaker);
    expect(breaker.state()).toBe("open");
  });

  it("counts its successes, too", async () => {
    const { breaker, fail } = play({ trip: countWindow({ size: 10, failureRate: 0.6, minimumCalls: 5 }) });
    for (const _ of [1, 2]) {
      let attempts = 0;
      await compose(thrice, breaker).run(() => (++attempts < 3 ? Promise.reject(boom) : Promise.resolve("ok")));
    }
    // Of each call so far: one failure, nothing, one success.
    await fail(1);
    expect(breaker.state()).toBe("open");
  });

  it("counts again after the circuit was open", async () => {
    const { breaker, clock } = play({ trip: consecutive(1), openFor: 1_000 });
    const call = startCall("x");
    const failing = (): Promise<never> => Promise.reject(boom);
    await settled(breaker(call, failing));
    await clock.advance(1_000);
    await breaker(startCall("y"), async () => "a probe");
    expect(breaker.state()).toBe("closed");
    await settled(breaker({ ...call, work: call.work.fork() }, failing));
    expect(breaker.state()).toBe("open");
  });
});

describe("manual control", () => {
  it("isolates a key until it is closed", async () => {
    const { breaker, send, clock } = play();
    breaker.isolate("a");
    await clock.advance(3_600_000);
    expect(breaker.state("a")).toBe("isolated");
    expect(await send({ key: "a" })).toMatchObject({ state: "isolated", retryAfter: undefined });
    expect(await send({ key: "b" })).toBe("ok");
    breaker.close("a");
    expect(await send({ key: "a" })).toBe("ok");
  });

  it("closes an open circuit, and forgets its failures and openings", async () => {
    const { breaker, clock, fail } = play({ trip: consecutive(2), openFor: 1_000 });
    await fail(2);
    breaker.close();
    await fail(1);
    expect(breaker.state()).toBe("closed");
    await fail(1);
    expect(breaker.state()).toBe("open");
    await clock.advance(1_000);
    expect(breaker.state()).toBe("half-open");
  });

  it("makes what began before it change nothing", async () => {
    const { breaker, start } = play({ trip: consecutive(1) });
    const early = await start();
    breaker.isolate();
    breaker.close();
    early.reject(boom);
    await early.outcome;
    expect(breaker.state()).toBe("closed");
  });

  it("tells its own listener, once for each change", () => {
    const { breaker, events } = play();
    breaker.close();
    breaker.isolate("a");
    breaker.isolate("a");
    breaker.close("a");
    breaker.close("a");
    expect(events).toMatchObject([
      { type: "circuit-open", key: "a", reason: "isolated", openFor: Infinity },
      { type: "circuit-close", key: "a" },
    ]);
  });
});

describe("events", () => {
  it("tell a whole story through the calls that caused them", async () => {
    const { clock, events, send } = play({ trip: consecutive(2), openFor: 1_000, factor: 2 });
    const roots: object[] = [];
    const note = async (error?: unknown): Promise<void> => {
      const before = events.length;
      await send({ key: "k" }, error);
      if (events.length > before) roots.push(events.at(-1)!.call);
    };
    await note(boom);
    await note(boom);
    await note();
    await clock.advance(1_000);
    await note(boom);
    await clock.advance(2_000);
    await note();
    expect(events).toEqual([
      {
        type: "circuit-open",
        key: "k",
        attempt: 1,
        call: roots[0],
        reason: "consecutive",
        openFor: 1_000,
        error: boom,
      },
      { type: "circuit-reject", key: "k", attempt: 1, call: roots[1], state: "open", retryAfter: 1_000 },
      { type: "circuit-half-open", key: "k", attempt: 1, call: roots[2] },
      {
        type: "circuit-open",
        key: "k",
        attempt: 1,
        call: roots[2],
        reason: "probe-failed",
        openFor: 2_000,
        error: boom,
      },
      { type: "circuit-half-open", key: "k", attempt: 1, call: roots[3] },
      { type: "circuit-close", key: "k", attempt: 1, call: roots[3] },
    ]);
  });

  it("come after the change, so that a listener may act on it", async () => {
    const states: string[] = [];
    const { breaker, send } = play({ trip: consecutive(1) });
    const emit = (): void => {
      states.push(breaker.state());
      breaker.close();
    };
    await send({ emit }, boom);
    expect(states).toEqual(["open"]);
    expect(breaker.state()).toBe("closed");
  });

  it("go to listeners that throw, and break nothing", async () => {
    const emit = (): never => {
      throw new Error("a bug in a listener");
    };
    const { breaker, send, clock } = play({ trip: consecutive(1), openFor: 1_000, emit });
    expect(await send({ emit }, boom)).toBe(boom);
    expect(await send({ emit })).toBeInstanceOf(CircuitOpenError);
    await clock.advance(1_000);
    expect(await send({ emit })).toBe("ok");
    expect(breaker.state()).toBe("closed");
    breaker.isolate();
    expect(breaker.state()).toBe("isolated");
  });
});

describe("the state map", () => {
  /** Calls so many new keys that all idle ones are forgotten. */
  async function crowd({ send }: Play): Promise<void> {
    for (let i = 0; i < 1_000; i++) await send({ key: `${Math.floor(i / 10)} of many ${i % 10}` });
  }
  const keysOf = ({ breaker }: Play): string[] => breaker.snapshot().circuits.map(({ key }) => key);

  it("forgets idle circuits", async () => {
    const scene = play({ maxKeys: 10 });
    await scene.send({ key: "idle" });
    await crowd(scene);
    expect(keysOf(scene)).not.toContain("idle");
    expect(keysOf(scene).length).toBeLessThanOrEqual(20);
  });

  it("keeps the circuit of a call that calls many other keys itself", async () => {
    const scene = play({ trip: consecutive(1), maxKeys: 10 });
    const fanOut = async (): Promise<never> => {
      for (let i = 0; i < 100; i++) void scene.send({ key: `part ${i}` });
      throw boom;
    };
    await scene.breaker.run(fanOut, { key: "whole" }).catch(() => {});
    expect(scene.breaker.state("whole")).toBe("open");
  });

  it("keeps failures", async () => {
    const scene = play({ trip: consecutive(2), maxKeys: 10 });
    await scene.send({ key: "failed" }, boom);
    await crowd(scene);
    await scene.send({ key: "failed" }, boom);
    expect(scene.breaker.state("failed")).toBe("open");
  });

  it.each([
    ["a row", consecutive(2)],
    ["a window of calls", countWindow({ size: 2, failureRate: 1 })],
  ])("forgets the failures of %s ten minutes after the last, however many keys have failed once", async (_, trip) => {
    const scene = play({ trip, maxKeys: 10 });
    for (let i = 0; i < 100; i++) await scene.send({ key: `left ${i}` }, boom);
    await scene.clock.advance(600_000 - 1);
    await crowd(scene);
    expect(keysOf(scene).filter((key) => key.startsWith("left"))).toHaveLength(100);
    await scene.clock.advance(1);
    await crowd(scene);
    expect(keysOf(scene).length).toBeLessThanOrEqual(20);
  });

  it.each([
    ["a row", consecutive(2)],
    ["a window of calls", countWindow({ size: 2, failureRate: 1 })],
  ])("keeps the failures of %s that were restored", async (_, trip) => {
    const here = play({ trip });
    await here.send({ key: "failed" }, boom);
    const scene = play({ trip, maxKeys: 10 });
    scene.breaker.restore(here.breaker.snapshot());
    await crowd(scene);
    await scene.send({ key: "failed" }, boom);
    expect(scene.breaker.state("failed")).toBe("open");
  });

  it("keeps failures of which only one of several conditions knows", async () => {
    const late = timeWindow({ duration: 1_000, failureRate: 1, minimumCalls: 100 });
    const scene = play({ trip: [late, consecutive(2)], maxKeys: 10 });
    await scene.send({ key: "failed" }, boom);
    await scene.clock.advance(1_000);
    await crowd(scene);
    await scene.send({ key: "failed" }, boom);
    expect(scene.breaker.state("failed")).toBe("open");
  });

  it("keeps open and isolated circuits", async () => {
    const scene = play({ trip: consecutive(1), maxKeys: 10 });
    await scene.send({ key: "open" }, boom);
    scene.breaker.isolate("isolated");
    await crowd(scene);
    expect(["open", "isolated"].map((key) => scene.breaker.state(key))).toEqual(["open", "isolated"]);
  });

  it("forgets open circuits that nobody has come back to for ten minutes, but none that is isolated", async () => {
    const scene = play({ trip: consecutive(1), openFor: 1_000, random: () => 0, maxKeys: 10 });
    await scene.send({ key: "given up" }, boom);
    scene.breaker.isolate("isolated");
    await scene.clock.advance(1_000 + 600_000 - 1);
    await crowd(scene);
    expect(keysOf(scene)).toContain("given up");
    await scene.clock.advance(1);
    await crowd(scene);
    expect(keysOf(scene)).not.toContain("given up");
    expect(scene.breaker.state("isolated")).toBe("isolated");
  });

  it("keeps a half-open circuit while its probe is under way, however long that takes", async () => {
    const scene = play({ trip: consecutive(1), openFor: 1_000, random: () => 0, maxKeys: 10 });
    await scene.send({ key: "probed" }, boom);
    await scene.clock.advance(1_000);
    const probe = await scene.start({ key: "probed" });
    await scene.clock.advance(600_000);
    await crowd(scene);
    expect(keysOf(scene)).toContain("probed");
    probe.resolve("done");
    await probe.outcome;
    await scene.clock.advance(1_000); // it is remembered for as long as it was open
    await crowd(scene);
    expect(keysOf(scene)).not.toContain("probed");
  });

  it("keeps circuits with calls under way, of which the failure still counts", async () => {
    const scene = play({ trip: consecutive(2), maxKeys: 10 });
    const early = await scene.start({ key: "busy" });
    await crowd(scene);
    early.reject(boom);
    await early.outcome;
    await scene.send({ key: "busy" }, boom);
    expect(scene.breaker.state("busy")).toBe("open");
  });

  it("forgets those that were called with what returns no promise", async () => {
    const scene = play({ maxKeys: 10 });
    const plain = (): Promise<number> => 1 as unknown as Promise<number>;
    const callOf = (deadline: number): Call => startCall(undefined, { key: "plain", deadline });
    expect(await scene.breaker(callOf(Infinity), plain)).toBe(1);
    expect(await scene.breaker(callOf(9e12), plain)).toBe(1);
    await crowd(scene);
    expect(keysOf(scene)).not.toContain("plain");
  });

  it("keeps circuits of which a body is read", async () => {
    const scene = play({ trip: consecutive(1), maxKeys: 10 });
    const early = await scene.start({ key: "busy" });
    const end = early.call.work.hold();
    early.resolve("headers");
    await early.outcome;
    await crowd(scene);
    end(boom);
    expect(scene.breaker.state("busy")).toBe("open");
  });

  it("keeps an opening until the circuit has been closed for as long", async () => {
    const scene = play({ trip: consecutive(1), openFor: 1_000, maxKeys: 10 });
    await scene.send({ key: "opened" }, boom);
    await scene.clock.advance(1_000);
    await scene.send({ key: "opened" });
    await crowd(scene);
    expect(keysOf(scene)).toContain("opened");
    await scene.clock.advance(1_000);
    await crowd(scene);
    await crowd(scene);
    expect(keysOf(scene)).not.toContain("opened");
  });

  it("forgets the failures of a time window when they are over", async () => {
    const { breaker, send, clock } = play({ maxKeys: 10 });
    for (let i = 0; i < 100; i++) await send({ key: `failed ${i}` }, boom);
    expect(breaker.snapshot().circuits.length).toBe(100);
    await clock.advance(30_000);
    for (let i = 0; i < 1_000; i++) await send({ key: `idle ${i}` });
    expect(breaker.snapshot().circuits.length).toBeLessThanOrEqual(20);
  });
});

describe("bad options", () => {
  it.each([
    [5_000, "Expected `options` to be an object, got 5000"],
    [{ openFor: 0 }, "Expected `openFor` to be a number > 0 and <= 9007199254740991, got 0"],
    [{ openFor: Infinity }, "Expected `openFor` to be a number > 0 and <= 9007199254740991, got Infinity"],
    [{ openFor: "5s" }, 'Expected `openFor` to be a number > 0 and <= 9007199254740991, got "5s"'],
    [{ factor: 0.5 }, "Expected `factor` to be a number >= 1 and <= 9007199254740991, got 0.5"],
    [{ openFor: 10, maxOpenFor: 9 }, "Expected `maxOpenFor` to be a number >= 10 and <= 9007199254740991, got 9"],
    [{ probes: 0 }, "Expected `probes` to be an integer >= 1 and <= 9007199254740991, got 0"],
    [{ probes: 1.5 }, "Expected `probes` to be an integer >= 1 and <= 9007199254740991, got 1.5"],
    [{ probeLease: 0 }, "Expected `probeLease` to be a number > 0, got 0"],
    [{ probeLease: Number.NaN }, "Expected `probeLease` to be a number > 0, got NaN"],
    [{ countPer: "request" }, 'Expected `countPer` to be "call" or "attempt", got "request"'],
    [{ classify: 1 }, "Expected `classify` to be a function, got 1"],
    [{ emit: "log" }, 'Expected `emit` to be a function, got "log"'],
    [{ clock: {} }, "Expected `clock.now` to be a function, got undefined"],
    [{ clock: null }, "Expected `clock.now` to be a function, got undefined"],
    [{ random: 4 }, "Expected `random` to be a function, got 4"],
    [{ maxKeys: 0 }, "Expected `maxKeys` to be an integer >= 1, got 0"],
    [{ trip: 5 }, "Expected `trip[0].start` to be a function, got undefined"],
    [{ trip: [consecutive(1), null] }, "Expected `trip[1].start` to be a function, got undefined"],
  ])("%j is refused", (options, message) => {
    expect(() => circuitBreaker(options as object)).toThrow(message);
  });

  it("takes undefined for not said", async () => {
    const { fail, breaker } = play({ openFor: undefined, trip: undefined, probes: undefined, countPer: undefined });
    await fail(20);
    expect(breaker.state()).toBe("open");
  });

  it("takes an open time above the default maximum", async () => {
    const { fail, breaker, clock } = play({ trip: consecutive(1), openFor: 120_000 });
    await fail(1);
    await clock.advance(119_999);
    expect(breaker.state()).toBe("open");
  });
});

it("works alone, with real time", async () => {
  const breaker = circuitBreaker({ trip: timeWindow({ duration: 1_000, failureRate: 1, minimumCalls: 2 }) });
  for (const _ of [1, 2]) await expect(breaker.run(() => Promise.reject(boom))).rejects.toBe(boom);
  await expect(breaker.run(() => "never")).rejects.toThrow('The circuit of "default" is open');
});

describe("code of the user's own that fails", () => {
  /** A condition whose records are all like this one. */
  const condition = (record: object): TripCondition => ({
    kind: "own",
    slowCallDuration: Infinity,
    start: () => ({ add: () => undefined, isIdle: true, save: () => [], load: () => {}, ...record }),
  });
  function throws(): never {
    throw new Error("a bug");
  }

  it("in a trip condition changes no outcome, and the other conditions are still asked", async () => {
    const { breaker, send } = play({ trip: [condition({ add: throws }), consecutive(2)] });
    expect([await send(), await send({}, boom)]).toEqual(["ok", boom]);
    expect(breaker.state()).toBe("closed");
    expect(await send({}, boom)).toBe(boom);
    expect(breaker.state()).toBe("open");
  });

  it.each([false, null, "", 0])("opens nothing if a trip condition returns %j", async (reason) => {
    const { breaker, succeed, fail } = play({ trip: condition({ add: () => reason }) });
    await succeed(1);
    await fail(1);
    expect(breaker.state()).toBe("closed");
  });

  it("keeps a circuit as it is that a trip condition has isolated", async () => {
    const scene: Play = play({ trip: condition({ add: () => (scene.breaker.isolate(), "own") }) });
    await scene.fail(1);
    expect(scene.breaker.state()).toBe("isolated");
  });

  it("reports once that `classify` has isolated the circuit", async () => {
    const classify = (): undefined => {
      scene.breaker.isolate();
    };
    const scene: Play = play({ classify });
    await scene.fail(1);
    expect(scene.events.map(({ type }) => type)).toEqual(["circuit-open"]);
  });

  it("in `isIdle` harms no other key", async () => {
    const record = Object.defineProperty({}, "isIdle", { get: throws, enumerable: true });
    const trip: TripCondition = {
      ...condition({}),
      start: () => Object.assign(record, { add: () => undefined }) as never,
    };
    const { send } = play({ trip, maxKeys: 2 });
    for (let key = 0; key < 10; key++) expect(await send({ key: String(key) })).toBe("ok");
  });

  it.each<[string, () => unknown]>([
    ["nothing", () => undefined],
    ["NaN", () => NaN],
    ["Infinity", () => Infinity],
    ["a negative number", () => -10],
    ["not at all, but throws", throws],
  ])("in `random` costs no more than the jitter: it returns %s", async (_, random) => {
    const { breaker, clock, fail, send } = play({
      trip: consecutive(1),
      openFor: 1_000,
      random: random as () => number,
    });
    await fail(1);
    expect(breaker.state()).toBe("open");
    await clock.advance(999);
    expect(breaker.state()).toBe("open");
    await clock.advance(1);
    expect([await send(), breaker.state()]).toEqual(["ok", "closed"]);
  });
});
