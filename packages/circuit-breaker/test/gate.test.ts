import { compose, layer } from "@evenkeel/core";
import { describe, expect, it } from "vitest";
import { CircuitOpenError, consecutive } from "../src/index.ts";
import { boom, play, settled } from "./play.ts";

const options = { trip: consecutive(1), openFor: 1_000 };

describe("the gate", () => {
  it("passes everything while the circuit is closed, and counts nothing", async () => {
    const { breaker } = play(options);
    for (const _ of [1, 2, 3]) await expect(breaker.gate.run(() => Promise.reject(boom))).rejects.toBe(boom);
    expect(breaker.state()).toBe("closed");
    expect(breaker.snapshot().circuits).toEqual([]);
  });

  it("refuses while the circuit is open or isolated, and tells so", async () => {
    const { breaker, events, fail } = play(options);
    await fail(1);
    const emit = events.push.bind(events) as () => void;
    const refusal = await settled(breaker.gate.run(async () => "never", { emit }));
    expect(refusal).toBeInstanceOf(CircuitOpenError);
    expect(refusal).toMatchObject({ state: "open", retryAfter: 1_000 });
    expect(events.at(-1)).toMatchObject({ type: "circuit-reject", state: "open", retryAfter: 1_000 });
    expect(breaker.refuses()).toBe(true);
    breaker.isolate();
    expect(breaker.refuses()).toBe(true);
    await expect(breaker.gate.run(async () => "never")).rejects.toMatchObject({ state: "isolated" });
  });

  it("lets calls through when a probe may go, without taking its place", async () => {
    const { breaker, clock, fail } = play(options);
    await fail(1);
    await clock.advance(1_000);
    for (const _ of [1, 2, 3]) expect(await breaker.gate.run(async () => "through")).toBe("through");
    expect(breaker.state()).toBe("half-open");
    expect(await breaker.run(async () => "a probe")).toBe("a probe");
    expect(breaker.state()).toBe("closed");
  });

  it("refuses while all probes are under way, until one loses its lease", async () => {
    const { breaker, clock, fail, start } = play({ ...options, probeLease: 5_000 });
    await fail(1);
    await clock.advance(1_000);
    expect([breaker.refuses(), breaker.refuses("other")]).toEqual([false, false]);
    await start();
    expect([breaker.refuses(), breaker.refuses("other")]).toEqual([true, false]);
    await expect(breaker.gate.run(async () => "never")).rejects.toMatchObject({ state: "half-open" });
    await clock.advance(5_000);
    expect(await breaker.gate.run(async () => "through")).toBe("through");
  });

  it("stands above a queue, so that nobody waits in it in vain", async () => {
    const { breaker, fail } = play(options);
    let waited = 0;
    const queue = layer((call, next) => {
      waited++;
      return next(call);
    });
    const pipeline = compose(breaker.gate, queue, breaker);
    await fail(1);
    await expect(pipeline.run(async () => "never")).rejects.toThrow(CircuitOpenError);
    expect(waited).toBe(0);
  });
});
