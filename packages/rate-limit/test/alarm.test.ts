import { fakeClock } from "@evenkeel/testkit";
import { expect, test, vi } from "vitest";
import { Alarm } from "../src/alarm.ts";

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
