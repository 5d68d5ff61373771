import { sleep } from "@evenkeel/core";
import { fakeClock } from "@evenkeel/testkit";
import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { neverAborts } from "../src/never-aborts.ts";

const left = new Error("left");

describe("sleep", () => {
  it("waits, and no longer", async () => {
    const clock = fakeClock();
    let isAwake = false;
    const woken = sleep(clock, 100, neverAborts()).then(() => (isAwake = true));
    await clock.advance(99);
    expect(isAwake).toBe(false);
    await clock.advance(1);
    expect(isAwake).toBe(true);
    await woken;
  });

  it.each([0, -1, -Infinity, Number.NaN])("arms no timer to wait %d ms", async (ms) => {
    const clock = fakeClock();
    await sleep(clock, ms, new AbortController().signal);
    expect(clock.pending).toBe(0);
  });

  it("ends at once when the signal aborts, with the very reason, and disarms its timer", async () => {
    const clock = fakeClock();
    const caller = new AbortController();
    const woken = sleep(clock, 100, caller.signal);
    await clock.advance(50);
    caller.abort(left);
    expect(clock.pending).toBe(0);
    await expect(woken).rejects.toBe(left);
    expect(clock.now()).toBe(50);
  });

  it("does not begin when the signal has aborted, not even to wait for nothing", async () => {
    const clock = fakeClock();
    await expect(sleep(clock, 100, AbortSignal.abort(left))).rejects.toBe(left);
    await expect(sleep(clock, 0, AbortSignal.abort(left))).rejects.toBe(left);
    expect(clock.pending).toBe(0);
  });

  it("minds an abort no more when it is over", async () => {
    const clock = fakeClock();
    const caller = new AbortController();
    const woken = sleep(clock, 100, caller.signal);
    await clock.advance(100);
    caller.abort(left);
    await expect(woken).resolves.toBeUndefined();
  });

  it.each([100, 0])("leaves no listener behind, of %d ms", async (ms) => {
    const clock = fakeClock();
    const [first, second] = [new AbortController().signal, new AbortController().signal];
    for (const signal of [first, second]) {
      const woken = sleep(clock, ms, signal);
      await clock.advance(ms);
      await woken;
    }
    expect(getEventListeners(first, "abort")).toHaveLength(0);
  });

  it("adds one listener to a signal, however many sleep", async () => {
    const clock = fakeClock();
    const caller = new AbortController();
    const sleepers = Array.from({ length: 1_000 }, (_, index) => sleep(clock, index + 1, caller.signal));
    expect(getEventListeners(caller.signal, "abort")).toHaveLength(1);
    await clock.advance(500);
    caller.abort(left);
    const results = await Promise.allSettled(sleepers);
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(500);
    expect(results.slice(500).every((result) => result.status === "rejected" && result.reason === left)).toBe(true);
    expect(getEventListeners(caller.signal, "abort")).toHaveLength(0);
    expect(clock.pending).toBe(0);
  });
});
