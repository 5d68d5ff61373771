import { fakeClock } from "@evenkeel/testkit";
import { afterEach, expect, test, vi } from "vitest";
import { Alarm } from "../src/alarm.ts";

afterEach(() => vi.unstubAllGlobals());

test("the alarm rings once, at the earliest of the times it was set to", async () => {
  const clock = fakeClock(1_000);
  const ring = vi.fn<() => void>();
  const alarm = new Alarm(clock, ring);
  for (const ms of [300, 100, 200]) alarm.set(ms);
  expect(clock.pending).toBe(1);
  await clock.advance(99);
  expect(ring).not.toHaveBeenCalled();
  await clock.advance(1);
  expect(ring).toHaveBeenCalledOnce();
  expect(clock.pending).toBe(0);
  await clock.advance(1_000);
  expect(ring).toHaveBeenCalledOnce();
});

test("an alarm that rang may be set again, also by whoever hears it", async () => {
  const clock = fakeClock();
  const rings: number[] = [];
  const alarm: Alarm = new Alarm(clock, () => {
    rings.push(clock.now());
    if (rings.length < 3) alarm.set(10);
  });
  alarm.set(5);
  await clock.advance(100);
  expect(rings).toEqual([5, 15, 25]);
});

test("a stopped alarm keeps no timer, and may be set again", async () => {
  const clock = fakeClock();
  const ring = vi.fn<() => void>();
  const alarm = new Alarm(clock, ring);
  alarm.stop();
  alarm.set(10);
  alarm.stop();
  expect(clock.pending).toBe(0);
  alarm.set(50);
  await clock.advance(50);
  expect(ring).toHaveBeenCalledOnce();
});

test("an alarm for never arms no timer", () => {
  const clock = fakeClock();
  new Alarm(clock, () => {}).set(Infinity);
  expect(clock.pending).toBe(0);
});

test("an alarm needs no `navigator`, which some runtimes lack", () => {
  vi.stubGlobal("navigator", undefined);
  const clock = fakeClock();
  new Alarm(clock, () => {}).set(10);
  expect(clock.pending).toBe(1);
});

test("in a Worker each who sets the alarm has a timer, and looks once a second, for those of others go with their requests", async () => {
  vi.stubGlobal("navigator", { userAgent: "Cloudflare-Workers" });
  const clock = fakeClock();
  const rings: number[] = [];
  // Nobody can stop a timer of another request.
  const alarm = new Alarm({ now: clock.now, after: (ms, fn) => (clock.after(ms, fn), () => {}) }, () => {
    rings.push(clock.now());
  });
  alarm.set(300);
  alarm.set(600);
  expect(clock.pending).toBe(2);
  await clock.advance(300);
  expect(rings).toEqual([300, 300]);
  alarm.set(Infinity);
  await clock.advance(1_000);
  expect(rings).toEqual([300, 300, 1_300]);
});

test("in a Worker an alarm whose request has gone rings for the next who comes", async () => {
  vi.stubGlobal("navigator", { userAgent: "Cloudflare-Workers" });
  const clock = fakeClock();
  const ring = vi.fn<() => void>();
  let isGone = true;
  const alarm = new Alarm({ now: clock.now, after: (ms, fn) => clock.after(isGone ? Infinity : ms, fn) }, ring);
  alarm.set(300);
  await clock.advance(500);
  expect(ring).not.toHaveBeenCalled();
  isGone = false;
  alarm.set(900);
  await clock.advance(0);
  expect(ring).toHaveBeenCalledOnce();
});
