import { sleep } from "@evenkeel/core";
import { mock } from "node:test";
import { expect, test, vi } from "vitest";
import { fakeClock, seededRandom } from "../src/index.ts";

const signal = new AbortController().signal;

test("time stands still until it is moved", async () => {
  const clock = fakeClock(1_000);
  expect(clock.now()).toBe(1_000);
  await clock.advance(250);
  expect(clock.now()).toBe(1_250);
});

test("timers fire in the order they fall due, those due together in the order they were set", async () => {
  const clock = fakeClock();
  const fired: string[] = [];
  for (const [name, ms] of [
    ["c", 30],
    ["a", 10],
    ["b1", 20],
    ["b2", 20],
  ] as const) {
    clock.after(ms, () => fired.push(`${name}@${clock.now()}`));
  }
  await clock.advance(29);
  expect(fired).toEqual(["a@10", "b1@20", "b2@20"]);
  await clock.advance(1);
  expect(fired.at(-1)).toBe("c@30");
});

test("a cancelled timer never fires, and cancelling twice is harmless", async () => {
  const clock = fakeClock();
  const cancel = clock.after(10, () => expect.unreachable());
  expect(clock.pending).toBe(1);
  cancel();
  cancel();
  expect(clock.pending).toBe(0);
  await clock.advance(20);
});

test("a timer set while time moves fires in the same move if it is due by then", async () => {
  const clock = fakeClock();
  const woken: number[] = [];
  const tick = (): void => {
    woken.push(clock.now());
    clock.after(10, tick);
  };
  clock.after(10, tick);
  await clock.advance(35);
  expect(woken).toEqual([10, 20, 30]);
  expect(clock.now()).toBe(35);
});

test("what promises do between two timers is done before the second", async () => {
  const clock = fakeClock();
  const log: string[] = [];
  void (async () => {
    await sleep(clock, 10, signal);
    log.push(`first at ${clock.now()}`);
    await sleep(clock, 5, signal);
    log.push(`second at ${clock.now()}`);
  })();
  await clock.advance(100);
  expect(log).toEqual(["first at 10", "second at 15"]);
});

test("a timer set by a promise that is still settling counts from now, not from later", async () => {
  const clock = fakeClock();
  let woken = 0;
  void Promise.resolve()
    .then(() => Promise.resolve())
    .then(() => clock.after(10, () => (woken = clock.now())));
  await clock.advance(10);
  expect(woken).toBe(10);
});

test("next moves to the next timer, and says when there is none", async () => {
  const clock = fakeClock();
  clock.after(70, () => {});
  clock.after(40, () => {});
  expect(await clock.next()).toBe(true);
  expect(clock.now()).toBe(40);
  expect(await clock.next()).toBe(true);
  expect(clock.now()).toBe(70);
  expect(await clock.next()).toBe(false);
  expect(clock.now()).toBe(70);
});

test("a delay of zero or less is due at once, but never before time moves", async () => {
  const clock = fakeClock(5);
  const fired: number[] = [];
  clock.after(0, () => fired.push(clock.now()));
  clock.after(-10, () => fired.push(clock.now()));
  expect(fired).toEqual([]);
  await clock.advance(0);
  expect(fired).toEqual([5, 5]);
});

test("a hundred thousand timers, half of them cancelled, fire in order, and soon", async () => {
  const clock = fakeClock();
  const fired: number[] = [];
  const random = seededRandom(1);
  // By time, then by the order in which they were set.
  const ranks = Array.from({ length: 100_000 }, (_, index) => Math.floor(random() * 1_000) * 1e6 + index);
  const cancels = ranks.map((rank) => clock.after(Math.floor(rank / 1e6), () => fired.push(rank)));
  for (const [index, cancel] of cancels.entries()) if (index % 2) cancel();
  expect(clock.pending).toBe(50_000);
  await clock.advance(1_000);
  expect(fired).toEqual(ranks.filter((_, index) => index % 2 === 0).toSorted((a, b) => a - b));
}, 30_000); // a third of a second on a machine that is not busy

test("an endless wait arms no timer", () => {
  const clock = fakeClock();
  clock.after(Infinity, () => expect.unreachable())();
  expect(clock.pending).toBe(0);
});

test("what a timer throws reaches the test, and the clock goes on", async () => {
  const clock = fakeClock();
  clock.after(10, () => {
    throw new Error("broken");
  });
  clock.after(20, () => {});
  await expect(clock.advance(30)).rejects.toThrow("broken");
  expect(clock.now()).toBe(10);
  await clock.advance(10);
  expect(clock.pending).toBe(0);
});

test("moves that overlap do not take time back", async () => {
  const clock = fakeClock();
  const seen: number[] = [];
  clock.after(50, () => seen.push(clock.now()));
  const long = clock.advance(100);
  const short = clock.advance(10);
  await short;
  seen.push(clock.now());
  await long;
  seen.push(clock.now());
  expect(seen).toEqual([50, 50, 100]);
});

test.each([
  ["Vitest", () => vi.useFakeTimers(), () => vi.useRealTimers()],
  ["node:test", () => mock.timers.enable(), () => mock.timers.reset()],
])("moves where the test has faked the globals by %s, too", async (_, fake, restore) => {
  fake();
  const clock = fakeClock();
  let fired = false;
  clock.after(10, () => (fired = true));
  try {
    await clock.advance(10);
  } finally {
    restore();
  }
  expect(fired).toBe(true);
});

test("moves where there is neither `setImmediate` nor `MessageChannel`, as in Jest's jsdom", async () => {
  for (const missing of ["setImmediate", "MessageChannel"]) vi.stubGlobal(missing, undefined);
  const clock = fakeClock();
  let woken = 0;
  void sleep(clock, 10, signal).then(() => (woken = clock.now()));
  try {
    await clock.advance(20);
  } finally {
    vi.unstubAllGlobals();
  }
  expect(woken).toBe(10);
});

test("refuses to go to the end of time, where no timer would fall due again", async () => {
  const clock = fakeClock();
  await expect(clock.advance(Infinity)).rejects.toThrow(RangeError);
  expect(() => fakeClock(Infinity)).toThrow(RangeError);
  expect(clock.now()).toBe(0);
});

test("refuses to go back", async () => {
  expect(() => fakeClock(-1)).toThrow("Expected `start` to be a number >= 0 and <= 9007199254740991, got -1");
  await expect(fakeClock().advance(-1)).rejects.toThrow(
    "Expected `ms` to be a number >= 0 and <= 9007199254740991, got -1",
  );
});
