import { startCall } from "@evenkeel/core";
import { mockNext } from "@evenkeel/testkit";
import { describe, expect, it } from "vitest";
import { CircuitOpenError, consecutive, countWindow } from "../src/index.ts";
import { boom, judged, play, timeLimit, type Play } from "./play.ts";

/** A circuit that has waited long enough. */
async function halfOpen(options = {}): Promise<Play> {
  const scene = play({ trip: consecutive(1), openFor: 1_000, ...options });
  await scene.fail(2); // the second is refused where one is enough
  await scene.clock.advance(1_000);
  scene.events.length = 0;
  return scene;
}

describe("a half-open circuit", () => {
  it("admits exactly one of 1,000 concurrent calls, and rejects the rest at once", async () => {
    const { breaker, send, start } = await halfOpen();
    const probe = await start();
    const outcomes = await Promise.all(Array.from({ length: 999 }, () => send()));
    expect(outcomes.every((outcome) => outcome instanceof CircuitOpenError && outcome.state === "half-open")).toBe(
      true,
    );
    expect(breaker.state()).toBe("half-open");
    probe.resolve("well");
    await probe.outcome;
    expect(breaker.state()).toBe("closed");
  });

  it("admits exactly its probes when all calls come in the same tick", async () => {
    const { breaker, events } = await halfOpen({ probes: 3 });
    let admitted = 0;
    const calls = Array.from({ length: 1_000 }, () =>
      breaker(startCall(undefined), async () => {
        admitted++;
        return "ok";
      }),
    );
    expect(admitted).toBe(3);
    const refused = (await Promise.allSettled(calls)).filter(({ status }) => status === "rejected");
    expect(refused).toHaveLength(997);
    expect(breaker.state()).toBe("closed");
    expect(events).toEqual([]);
  });

  it("knows no time until the next probe while one is under way", async () => {
    const { send, start } = await halfOpen();
    await start();
    expect(await send()).toMatchObject({ retryAfter: undefined });
  });

  it("closes when all probes have succeeded, with one event", async () => {
    const { breaker, events, succeed } = await halfOpen({ probes: 3 });
    await succeed(2);
    expect(breaker.state()).toBe("half-open");
    await succeed(1);
    expect(breaker.state()).toBe("closed");
    expect(events.map(({ type }) => type)).toEqual(["circuit-half-open", "circuit-close"]);
  });

  it("does not admit more than must succeed", async () => {
    const { send, succeed, start } = await halfOpen({ probes: 3 });
    await succeed(1);
    await start();
    await start();
    expect(await send()).toBeInstanceOf(CircuitOpenError);
  });

  it("opens when one of its probes fails, and hears no other", async () => {
    const { breaker, clock, start, events } = await halfOpen({ probes: 3 });
    const [first, second, third] = [await start(), await start(), await start()];
    second.reject(boom);
    await second.outcome;
    expect(breaker.state()).toBe("open");
    first.resolve("well");
    third.reject(boom);
    await Promise.all([first.outcome, third.outcome]);
    expect(events.map(({ type }) => type)).toEqual(["circuit-half-open", "circuit-open"]);
    await clock.advance(2_000);
    expect(breaker.state()).toBe("half-open");
  });

  it("begins with clean records when it closes", async () => {
    const { breaker, clock, fail, succeed } = play({
      trip: countWindow({ size: 10, failureRate: 0.5, minimumCalls: 3 }),
    });
    await fail(3);
    await clock.advance(5_000);
    await succeed(1);
    await fail(2);
    expect(breaker.state()).toBe("closed");
    await fail(1);
    expect(breaker.state()).toBe("open");
  });
});

describe("a probe", () => {
  it("that fails counts although its logical call has failed before", async () => {
    const { breaker, clock } = await halfOpen();
    const call = startCall("x");
    for (const _ of [1, 2, 3]) {
      await expect(breaker(call, () => Promise.reject(boom))).rejects.toBe(boom);
      expect(breaker.state()).toBe("open");
      await clock.advance(60_000);
    }
  });

  it("with a neutral outcome frees its place and decides nothing", async () => {
    const { breaker, fail, succeed } = await halfOpen();
    await fail(1, judged({ action: "stop", health: "neutral" }));
    expect(breaker.state()).toBe("half-open");
    await succeed(1);
    expect(breaker.state()).toBe("closed");
  });

  it("that its caller aborts ends at once with the caller's own reason, however deaf, and frees its place", async () => {
    const { breaker, start, succeed } = await halfOpen();
    const controller = new AbortController();
    const reason = { why: "changed my mind" };
    const deaf = await start({ signal: controller.signal });
    controller.abort(reason);
    expect(await deaf.outcome).toBe(reason);
    expect(breaker.state()).toBe("half-open");
    await succeed(1);
    expect(breaker.state()).toBe("closed");
    deaf.reject(boom);
    await succeed(1);
    expect(breaker.state()).toBe("closed");
  });

  it("whose caller has aborted already takes no place, and calls nothing", async () => {
    const { breaker, succeed } = await halfOpen();
    const operation = mockNext();
    const controller = new AbortController();
    controller.abort("early");
    await expect(breaker({ ...startCall("x"), signal: controller.signal }, operation.next)).rejects.toBe("early");
    expect(operation.calls).toBe(0);
    await succeed(1);
    expect(breaker.state()).toBe("closed");
  });

  it("that an outer time limit cuts fails, however deaf", async () => {
    const { breaker, start } = await halfOpen();
    const controller = new AbortController();
    const { outcome } = await start({ signal: controller.signal });
    controller.abort(timeLimit());
    expect(await outcome).toBe(controller.signal.reason);
    expect(breaker.state()).toBe("open");
  });

  it.each([
    ["then aborted", true, "closed"],
    ["aborted, then answered", false, "half-open"],
  ])("answered and aborted in the same tick: %s", async (_, answeredFirst, state) => {
    const { breaker, start } = await halfOpen();
    const controller = new AbortController();
    const { outcome, resolve } = await start({ signal: controller.signal });
    if (answeredFirst) {
      resolve("well");
      await outcome;
      controller.abort();
    } else {
      controller.abort();
      resolve("well");
      await outcome;
    }
    expect(breaker.state()).toBe(state);
  });

  it("that throws synchronously opens the circuit", async () => {
    const { breaker } = await halfOpen();
    const throwing = (): never => {
      throw boom;
    };
    await expect(breaker(startCall("x"), throwing)).rejects.toBe(boom);
    expect(breaker.state()).toBe("open");
  });

  it("that is slow fails, although it succeeds", async () => {
    const trip = [consecutive(1), countWindow({ size: 10, slowCallRate: 0.5, slowCallDuration: 500 })];
    const { breaker, clock, start, events } = await halfOpen({ trip });
    const { resolve, outcome } = await start();
    await clock.advance(500);
    resolve("at last");
    expect(await outcome).toBe("at last");
    expect(breaker.state()).toBe("open");
    expect(events.at(-1)).toMatchObject({ type: "circuit-open", reason: "probe-failed", error: undefined });
  });
});

describe("the lease of a probe", () => {
  it("ends when it hangs: another goes, and its failure is ignored", async () => {
    const { breaker, send, clock, start } = await halfOpen({ probeLease: 60_000 });
    const hung = await start();
    await clock.advance(59_999);
    expect(await send()).toBeInstanceOf(CircuitOpenError);
    await clock.advance(1);
    const second = await start();
    hung.reject(boom);
    await hung.outcome;
    expect(breaker.state()).toBe("half-open");
    second.resolve("well");
    await second.outcome;
    expect(breaker.state()).toBe("closed");
  });

  it("ends with the time, whether or not anyone looks", async () => {
    const { breaker, clock, start, events } = await halfOpen();
    const hung = await start();
    await clock.advance(60_000);
    hung.reject(boom);
    expect(await hung.outcome).toBe(boom);
    expect(breaker.state()).toBe("half-open");
    expect(events.map(({ type }) => type)).toEqual(["circuit-half-open"]);
  });

  it("may end before the probe succeeds, which still counts: an answer may take minutes", async () => {
    const { breaker, clock, start, events } = await halfOpen({ probes: 2 });
    const slow = [await start(), await start()];
    await clock.advance(60_000);
    await start(); // takes a place that is free now
    for (const probe of slow) {
      expect(breaker.state()).toBe("half-open");
      probe.resolve("late");
      await probe.outcome;
    }
    expect(breaker.state()).toBe("closed");
    expect(events.map(({ type }) => type)).toEqual(["circuit-half-open", "circuit-close"]);
  });

  it("ends for good when the circuit opens again: a success from before changes nothing", async () => {
    const { breaker, clock, start, fail } = await halfOpen();
    const slow = await start();
    await clock.advance(60_000);
    await fail(1);
    slow.resolve("late");
    await slow.outcome;
    expect(breaker.state()).toBe("open");
  });

  it("ends in the order in which the probes went", async () => {
    const { send, clock, start } = await halfOpen({ probes: 2, probeLease: 1_000 });
    await start();
    await clock.advance(500);
    await start();
    await clock.advance(500);
    await start();
    expect(await send()).toBeInstanceOf(CircuitOpenError);
    await clock.advance(500);
    expect(await send()).toBe("ok");
  });

  it("never ends where it is Infinity, and sets no timer", async () => {
    const { send, clock, start } = await halfOpen({ probeLease: Infinity });
    await start();
    expect(clock.pending).toBe(0);
    await clock.advance(1e12);
    expect(await send()).toBeInstanceOf(CircuitOpenError);
  });
});

describe("a probe whose body streams on", () => {
  async function streaming(options = {}): Promise<Play & { end: (error?: unknown) => void }> {
    const scene = await halfOpen(options);
    const probe = await scene.start();
    const end = probe.call.work.hold();
    probe.resolve("headers");
    await probe.outcome;
    return { ...scene, end };
  }

  it("has shown that the upstream answers: the circuit closes at once", async () => {
    const { breaker, end, events } = await streaming();
    expect(breaker.state()).toBe("closed");
    end();
    expect(events.map(({ type }) => type)).toEqual(["circuit-half-open", "circuit-close"]);
  });

  it("opens the circuit again when it fails within its lease", async () => {
    const { breaker, clock, end, events, succeed } = await streaming();
    await succeed(3);
    await clock.advance(59_999);
    end(boom);
    expect(breaker.state()).toBe("open");
    expect(events.at(-1)).toMatchObject({ type: "circuit-open", reason: "probe-failed", error: boom });
  });

  it("and has failed before its answer was handed on never closes the circuit", async () => {
    const { breaker, events, start } = await halfOpen();
    const probe = await start();
    const end = probe.call.work.hold();
    probe.resolve("headers");
    end(boom);
    await probe.outcome;
    expect(breaker.state()).toBe("open");
    expect(events.map(({ type }) => type)).toEqual(["circuit-half-open", "circuit-open"]);
  });

  it("is a call like any other after its lease", async () => {
    const { breaker, clock, end, fail } = await streaming({ trip: consecutive(2) });
    await clock.advance(60_000);
    end(boom);
    expect(breaker.state()).toBe("closed");
    await fail(1);
    expect(breaker.state()).toBe("open");
  });

  it("changes nothing when the circuit has opened and closed since", async () => {
    const { breaker, clock, end, fail, succeed } = await streaming();
    await fail(1);
    await clock.advance(2_000);
    await succeed(1);
    end(boom);
    expect(breaker.state()).toBe("closed");
  });

  it("opens a circuit that waits for its other probes", async () => {
    const { breaker, clock, end, start } = await streaming({ probes: 2 });
    await start();
    await clock.advance(60_000);
    expect(breaker.state()).toBe("half-open");
    end(boom);
    expect(breaker.state()).toBe("open");
  });
});
