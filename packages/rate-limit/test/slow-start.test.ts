import { fakeClock } from "@evenkeel/testkit";
import { describe, expect, test } from "vitest";
import { semaphore } from "../src/index.ts";
import { SlowStart } from "../src/slow-start.ts";
import { failure, play, throttled, type Play, type Played } from "./play.ts";

/** Ten calls that wait while the key is paused for a second, and what has become of them. */
async function crowd(
  permits = Infinity,
): Promise<Play<ReturnType<typeof semaphore>> & { begun(): number; at: Played[] }> {
  const scene = play((clock) => semaphore({ permits, clock }));
  scene.limit.pause("default", 1_000);
  const at: Played[] = [];
  for (let index = 0; index < 10; index++) at.push(await scene.call());
  const begun = (): number => at.filter(({ seen }) => seen).length;
  await scene.clock.advance(1_000);
  return { ...scene, begun, at };
}

describe("after a pause", () => {
  test("one call begins, and two more for each that was answered", async () => {
    const { begun, at, settle } = await crowd();
    expect(begun()).toBe(1);
    at[0]!.resolve();
    await settle();
    expect(begun()).toBe(3);
    at[1]!.resolve();
    at[2]!.resolve();
    await settle();
    expect(begun()).toBe(7);
  });

  test("who has not been refused in 1.5 s was let in, however long the answer takes", async () => {
    const { begun, clock, limit } = await crowd();
    await clock.advance(1_499);
    expect(begun()).toBe(1);
    await clock.advance(1);
    expect(begun()).toBe(3);
    await clock.advance(1_500);
    expect(begun()).toBe(7);
    await clock.advance(1_500);
    expect(begun()).toBe(10);
    expect([limit.waiting(), clock.pending]).toEqual([0, 0]);
  });

  test("a failure makes room for one other, and so does an abort", async () => {
    const { begun, at, call, settle, limit } = await crowd();
    at[0]!.reject(failure());
    await settle();
    expect(begun()).toBe(2);
    const caller = new AbortController();
    at[1]!.reject(failure());
    await settle();
    caller.abort("left");
    await call({ signal: caller.signal });
    expect([begun(), limit.waiting()]).toEqual([3, 7]);
  });

  test("a throttled one pauses the key again, and all begins anew: those under way go first", async () => {
    const { begun, at, clock, settle } = await crowd();
    at[0]!.resolve();
    await settle();
    at[1]!.reject(throttled(1_000));
    await clock.advance(1_000);
    expect(begun()).toBe(3); // one of them is under way yet
    at[2]!.resolve();
    await settle();
    expect(begun()).toBe(5);
  });

  test("whoever is under way since before it is waited for no longer than it takes to trust him", async () => {
    const { begun, at, clock, settle } = await crowd();
    at[0]!.resolve();
    await settle();
    at[1]!.reject(throttled(5_000));
    await clock.advance(4_999);
    expect(begun()).toBe(3);
    await clock.advance(1);
    expect(begun()).toBe(5);
  });

  test("is before it where another pause has begun: who comes then ends nothing", async () => {
    const { call, clock, limit, settle } = play((clock) => semaphore({ permits: Infinity, clock }));
    limit.pause("default", 1_000);
    await clock.advance(1_000);
    const first = await call();
    limit.pause("default", 1_000);
    first.resolve();
    await settle();
    const crowd = [await call(), await call(), await call(), await call()];
    await clock.advance(1_000);
    expect(crowd.filter(({ seen }) => seen)).toHaveLength(2);
  });

  test.each([
    ["answered", 0],
    ["trusted", 1_500],
  ])(
    "whoever began before another pause and was %s since does not end it: after it nobody knows yet",
    async (how, ms) => {
      const { call, clock, limit, settle } = play((clock) => semaphore({ permits: Infinity, clock }));
      limit.pause("default", 1_000);
      await clock.advance(1_000);
      const early = await call();
      limit.pause("default", 2_000);
      if (how === "answered") early.resolve();
      await settle();
      await clock.advance(2_000 + ms);
      const crowd = [await call(), await call(), await call(), await call()];
      expect(crowd.filter(({ seen }) => seen)).toHaveLength(2);
      crowd[0]!.resolve();
      await settle();
      expect(crowd.filter(({ seen }) => seen)).toHaveLength(4);
    },
  );

  test("a stream that is throttled before its answer was handed on lets nobody in", async () => {
    const { begun, at, clock, limit, settle } = await crowd();
    const end = at[0]!.seen!.work.hold();
    at[0]!.resolve();
    end(throttled(1_000));
    await settle();
    expect([begun(), limit.pausedFor()]).toEqual([1, 1_000]);
    await clock.advance(1_000);
    expect(begun()).toBe(2);
  });

  test("a stream that fails before its answer was handed on makes room for one other", async () => {
    const { begun, at, settle } = await crowd();
    const end = at[0]!.seen!.work.hold();
    at[0]!.resolve();
    end(failure());
    await settle();
    expect(begun()).toBe(2);
  });

  test("a limit of permits holds as well", async () => {
    const { begun, at, settle } = await crowd(2);
    at[0]!.resolve();
    await settle();
    expect(begun()).toBe(3);
    at[1]!.resolve();
    at[2]!.resolve();
    await settle();
    expect(begun()).toBe(5);
  });

  test("it is over when a call comes while nobody waits, and anyone was let in", async () => {
    const { call, clock, limit } = play((clock) => semaphore({ permits: Infinity, clock }));
    limit.pause("default", 1_000);
    await clock.advance(1_000);
    const first = await call();
    const second = await call();
    expect([first, second].map(({ seen }) => !!seen)).toEqual([true, false]);
    first.resolve();
    await clock.advance(0);
    const rest = [await call(), await call(), await call(), await call()];
    expect([second, ...rest].every(({ seen }) => seen)).toBe(true);
  });

  test("a stream lets others in when it begins, and not when it ends", async () => {
    const { begun, at, settle } = await crowd();
    const end = at[0]!.seen!.work.hold();
    at[0]!.resolve();
    await settle();
    expect(begun()).toBe(3);
    end();
    await settle();
    expect(begun()).toBe(3);
  });

  test("a call that is aborted between its turn and its start makes room for another", async () => {
    const { call, clock, limit, settle } = play((clock) => semaphore({ permits: Infinity, clock }));
    limit.pause("default", 1_000);
    const caller = new AbortController();
    const aborted = await call({
      signal: caller.signal,
      emit: ({ type }) => type === "rate-limit-acquire" && caller.abort("left"),
    });
    const [next, last] = [await call(), await call()];
    await clock.advance(1_000);
    await settle();
    expect(aborted).toMatchObject({ outcome: "left" });
    expect([aborted, next, last].map(({ seen }) => !!seen)).toEqual([false, true, false]);
  });

  test("a call that is aborted between its turn and its start, when the slow start is already over, gives its permit back", async () => {
    const { call, clock, limit, settle } = play((clock) => semaphore({ permits: 3, clock }));
    limit.pause("default", 1_000);
    const caller = new AbortController();
    const first = await call();
    const aborted = await call({
      signal: caller.signal,
      emit({ type }) {
        if (type !== "rate-limit-acquire") return;
        void limit.run(async () => "ends the slow start");
        caller.abort("left");
      },
    });
    await clock.advance(1_000);
    first.resolve();
    await settle();
    expect([aborted.seen, aborted.outcome, limit.active()]).toEqual([undefined, "left", 0]);
  });
});

test("what is told of a call twice is heard once", () => {
  const slowStart = new SlowStart(fakeClock());
  const trial = slowStart.enter();
  expect(slowStart.wait).toBe(1_500);
  slowStart.leave(trial, false);
  slowStart.leave(trial, false);
  expect([slowStart.wait, slowStart.isOver]).toEqual([0, false]);
  slowStart.enter();
  expect(slowStart.wait).toBe(1_500);
});

test("whoever has come to be trusted counts at a new start, and at the end", async () => {
  const clock = fakeClock();
  const slowStart = new SlowStart(clock);
  slowStart.enter();
  await clock.advance(1_500);
  expect(slowStart.isOver).toBe(true);
  slowStart.enter();
  await clock.advance(1_500);
  slowStart.restart();
  expect([slowStart.isOver, slowStart.wait]).toEqual([false, 0]);
  slowStart.enter();
  expect(slowStart.wait).toBe(1_500);
});

test("who fails only after 1.5 s had been let in: two may follow", async () => {
  const clock = fakeClock();
  const slowStart = new SlowStart(clock);
  const trial = slowStart.enter();
  await clock.advance(1_500);
  slowStart.leave(trial, false);
  slowStart.enter();
  expect(slowStart.wait).toBe(0);
  slowStart.enter();
  expect([slowStart.wait, slowStart.isOver]).toEqual([1_500, true]);
});
