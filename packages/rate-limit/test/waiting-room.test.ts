import { getEventListeners } from "node:events";
import { startCall, type Call, type CallInit } from "@evenkeel/core";
import { fakeClock } from "@evenkeel/testkit";
import { describe, expect, test } from "vitest";
import { RateLimitError, semaphore, type Semaphore, type SemaphoreOptions } from "../src/index.ts";
import { play, type Play, type Played } from "./play.ts";

function playSemaphore(options: Partial<SemaphoreOptions> = {}): Play<Semaphore> {
  return play((clock) => semaphore({ permits: 1, clock, ...options }));
}

/** Ends calls, one after another, and tells in which order they were let through. */
async function orderOf(calls: readonly Played[], { clock, settle }: Play<Semaphore>): Promise<number[]> {
  const order: number[] = [];
  for (let round = 0; round < calls.length; round++) {
    const index = calls.findIndex(({ seen }, each) => seen && !order.includes(each));
    order.push(index);
    calls[index]!.resolve();
    await settle();
    await clock.advance(1);
  }
  return order;
}

describe("an abort ends the wait at once, with the caller's own reason", () => {
  test("of one in the middle, and the operation is not called", async () => {
    const { call, limit, settle } = playSemaphore();
    const reason = new Error("the user left");
    const controller = new AbortController();
    const [first, aborted, third] = [await call(), await call({ signal: controller.signal }), await call()];
    controller.abort(reason);
    await settle();
    expect(aborted.outcome).toBe(reason);
    expect(limit.waiting()).toBe(1);
    first.resolve();
    await settle();
    expect(aborted.seen).toBeUndefined();
    expect(third.seen).toBeDefined();
  });

  test("of everyone who shares the signal, which keeps one listener for all of them", async () => {
    const { call, clock, limit, settle } = playSemaphore();
    const controller = new AbortController();
    await call();
    const calls = await Promise.all(Array.from({ length: 100 }, () => call({ signal: controller.signal })));
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(1);
    controller.abort("shutdown");
    await settle();
    expect(calls.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 100 }, () => "shutdown"));
    expect([limit.waiting(), clock.pending]).toEqual([0, 0]);
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
  });

  test("of one who comes when its signal has aborted already", async () => {
    const limit = semaphore({ permits: 1, maxQueue: 0 });
    const call = startCall(undefined, { signal: AbortSignal.abort("too late") });
    void limit.run(() => new Promise(() => {}));
    await expect(limit(call, async () => "never")).rejects.toBe("too late");
    expect(limit.waiting()).toBe(0);
  });

  test("of one whose signal aborts while its priority is asked for: no timer stays, and no event comes later", async () => {
    const controller = new AbortController();
    const priority = (): number => {
      controller.abort("too late");
      return 0;
    };
    const { call, clock, events, limit } = playSemaphore({ priority });
    await call();
    const aborted = await call({ signal: controller.signal, deadline: clock.now() + 1_000 });
    expect(aborted.outcome).toBe("too late");
    expect([limit.waiting(), clock.pending]).toEqual([0, 0]);
    await clock.advance(1_000);
    expect(events).toEqual([]);
  });

  test("of one whose priority makes another call: the queue does not grow beyond its bound", async () => {
    const inner: Promise<unknown>[] = [];
    const { call, limit, settle } = playSemaphore({
      maxQueue: 1,
      priority: ({ cost }) => {
        if (cost === 2) inner.push(limit.run(() => "inner"));
        return 0;
      },
    });
    const running = await call();
    const outer = await call({ cost: 2 });
    expect([limit.waiting(), outer.outcome]).toEqual([1, expect.objectContaining({ reason: "queue-full" })]);
    running.resolve();
    await settle();
    expect(await Promise.all(inner)).toEqual(["inner"]);
  });
});

describe("the order", () => {
  const priority = ({ cost }: Call): number => cost;

  test("the higher priority goes first; among equals, who came first", async () => {
    const game = playSemaphore({ priority });
    const calls = [];
    for (const cost of [0, 1, 5, 1, 9, 5, 0]) calls.push(await game.call({ cost }));
    expect(await orderOf(calls, game)).toEqual([0, 4, 2, 5, 1, 3, 6]);
  });

  test("a retried attempt goes before new calls of its priority, but not before a higher one", async () => {
    const clock = fakeClock();
    const limit = semaphore({ permits: 1, priority, clock });
    const order: string[] = [];
    const run = (name: string, attempt: number, init: CallInit): Promise<unknown> =>
      limit({ ...startCall(name, init), attempt }, async ({ input }) => order.push(input));
    await Promise.all([
      run("at work", 1, {}),
      run("new", 1, { cost: 1 }),
      run("second attempt", 2, { cost: 1 }),
      run("third attempt", 3, { cost: 1 }),
      run("urgent", 1, { cost: 2 }),
      run("idle retry", 2, { cost: 0 }),
    ]);
    expect(order).toEqual(["at work", "urgent", "second attempt", "third attempt", "new", "idle retry"]);
  });

  test("a priority that is no number, or throws, rejects the call and leaves nobody in the queue", async () => {
    const { call, limit } = playSemaphore({
      priority: ({ key }) => {
        if (key === "default") return NaN;
        throw new Error("no idea");
      },
    });
    await call();
    await call({ key: "other" });
    expect((await call()).outcome).toEqual(
      new RangeError("Expected `priority(call)` to be a number >= -Infinity, got NaN"),
    );
    expect((await call({ key: "other" })).outcome).toEqual(new Error("no idea"));
    expect([limit.waiting(), limit.waiting("other")]).toEqual([0, 0]);
  });

  test("nobody asks for the priority of a call that need not wait", async () => {
    const { call } = playSemaphore({
      priority: () => {
        throw new Error("asked");
      },
    });
    expect((await call()).seen).toBeDefined();
  });
});

describe("a wait ends where it is or has become vain", () => {
  test("when the deadline passes in the queue", async () => {
    const { call, clock, limit, settle } = playSemaphore();
    const first = await call();
    const waiting = await call({ deadline: clock.now() + 100 });
    await clock.advance(99);
    expect(waiting.outcome).toBeUndefined();
    await clock.advance(1);
    expect(waiting.outcome).toMatchObject({ name: "RateLimitError", reason: "deadline" });
    first.resolve();
    await settle();
    expect(waiting.seen).toBeUndefined();
    expect([limit.active(), clock.pending]).toEqual([0, 0]);
  });

  test("when the deadline has passed already, even if a permit is free", async () => {
    const { call, clock, limit } = playSemaphore();
    const late = await call({ deadline: clock.now() });
    expect(late.outcome).toMatchObject({ reason: "deadline", retryAfter: undefined });
    expect(late.seen).toBeUndefined();
    expect(limit.active()).toBe(0);
  });

  test("when the queue's own time limit passes", async () => {
    const { call, clock } = playSemaphore({ queueTimeout: 50 });
    await call();
    const waiting = await call({ deadline: clock.now() + 1_000 });
    await clock.advance(49);
    expect(waiting.outcome).toBeUndefined();
    await clock.advance(1);
    expect(waiting.outcome).toMatchObject({ reason: "queue-timeout" });
  });

  test("whichever of both comes first", async () => {
    const { call, clock } = playSemaphore({ queueTimeout: 50 });
    await call();
    const [short, long] = [await call({ deadline: clock.now() + 49 }), await call({ deadline: clock.now() + 51 })];
    await clock.advance(60);
    expect(short.outcome).toMatchObject({ reason: "deadline" });
    expect(long.outcome).toMatchObject({ reason: "queue-timeout" });
  });

  test("a bound is kept to the full millisecond, so that one timer serves a crowd", async () => {
    const { call, clock } = playSemaphore();
    await call();
    const waiting = await call({ deadline: clock.now() + 10.25 });
    await clock.advance(10.5);
    expect(waiting.outcome).toBeUndefined();
    await clock.advance(0.5);
    expect(waiting.outcome).toMatchObject({ reason: "deadline" });
  });

  test("when the queue is full", async () => {
    const { call, limit } = playSemaphore({ maxQueue: 2 });
    const calls = [await call(), await call(), await call(), await call()];
    expect(calls[3]!.outcome).toMatchObject({ reason: "queue-full", key: "default", limit: 1 });
    expect(limit.waiting()).toBe(2);
    expect((await call({ key: "other" })).seen).toBeDefined();
  });

  test("a queue for nobody refuses whoever finds no permit", async () => {
    const { call } = playSemaphore({ maxQueue: 0 });
    expect((await call()).seen).toBeDefined();
    expect((await call()).outcome).toMatchObject({ reason: "queue-full" });
  });

  test("a time limit of 0 lets nobody wait", async () => {
    const { call, clock } = playSemaphore({ queueTimeout: 0 });
    expect((await call()).seen).toBeDefined();
    expect((await call()).outcome).toMatchObject({ reason: "queue-timeout" });
    expect(clock.pending).toBe(0);
  });

  test("a call whose deadline passes while the event loop is blocked does not start any more", async () => {
    let blockedFor = 0;
    const game = play((clock) => {
      const blocked = { now: () => clock.now() + blockedFor, after: clock.after };
      return semaphore({ permits: 1, clock: blocked });
    });
    const first = await game.call();
    const late = await game.call({ deadline: game.clock.now() + 100 });
    blockedFor = 200; // no timer has fired
    first.resolve();
    await game.settle();
    expect(late.seen).toBeUndefined();
    expect(late.outcome).toMatchObject({ reason: "deadline" });
  });

  test("after the long wait of one, the bounds of the others still hold", async () => {
    const { call, clock } = playSemaphore();
    await call();
    const deadlines = [500, 100, 300, 100.5, 200];
    const calls: Played[] = [];
    for (const ms of deadlines) calls.push(await call({ deadline: clock.now() + ms }));
    expect(clock.pending).toBe(1);
    const ended: number[] = [];
    for (let ms = 0; ms <= 600; ms += 1) {
      for (const [index, { outcome }] of calls.entries()) if (outcome && !ended.includes(index)) ended.push(index);
      await clock.advance(1);
    }
    expect(ended).toEqual([1, 3, 4, 2, 0]);
    expect(clock.pending).toBe(0);
  });
});

describe("timers", () => {
  test("a wait without a bound arms none", async () => {
    const { call, clock } = playSemaphore();
    for (let index = 0; index < 10; index++) await call();
    expect(clock.pending).toBe(0);
  });

  test("one serves all the bounded waits of a key, and goes with the last of them", async () => {
    const { call, clock, settle } = playSemaphore({ queueTimeout: 1_000 });
    const first = await call();
    const controllers = Array.from({ length: 50 }, () => new AbortController());
    for (const { signal } of controllers) await call({ signal, deadline: clock.now() + 500 });
    expect(clock.pending).toBe(1);
    for (const controller of controllers) controller.abort("gone");
    await settle();
    expect(clock.pending).toBe(0);
    first.resolve();
    await settle();
  });
});

describe("events", () => {
  test("tell of a wait and its end, and nothing of a call that need not wait", async () => {
    const { call, clock, events, settle } = playSemaphore();
    const first = await call();
    expect(events).toEqual([]);
    const second = await call({ key: "default" });
    await clock.advance(40);
    first.resolve();
    await settle();
    const about = { limiter: "semaphore", key: "default", attempt: 1, call: second.seen!.work.root };
    expect(events).toEqual([
      { type: "rate-limit-wait", ...about, waiting: 1, paused: false },
      { type: "rate-limit-acquire", ...about, waited: 40 },
    ]);
  });

  test("tell of a refusal, at once or after a wait, but not of an abort", async () => {
    const { call, clock, events } = playSemaphore({ maxQueue: 1 });
    const controller = new AbortController();
    await call();
    await call({ signal: controller.signal });
    controller.abort("gone");
    await call({ deadline: clock.now() + 10 });
    await call();
    await clock.advance(10);
    const about = { limiter: "semaphore", key: "default", attempt: 1, call: expect.any(Object) };
    expect(events.filter(({ type }) => type !== "rate-limit-wait")).toEqual([
      { type: "rate-limit-reject", ...about, reason: "queue-full", retryAfter: undefined },
      { type: "rate-limit-reject", ...about, reason: "deadline", retryAfter: undefined },
    ]);
  });

  test("do not say that a call started which its caller aborted just after its turn had come", async () => {
    const { call, limit, events, settle } = playSemaphore();
    const controller = new AbortController();
    await call();
    const granted = await call({ signal: controller.signal });
    limit.resize(2);
    controller.abort("gone");
    await settle();
    expect(granted.seen).toBeUndefined();
    expect(events.map(({ type }) => type)).toEqual(["rate-limit-wait"]);
  });

  test("are told after the change: the listener sees the state as it is", async () => {
    const states: [string, number, number][] = [];
    const game = playSemaphore();
    const { call, limit, settle } = game;
    const emit = ({ type }: { type: string }): void => void states.push([type, limit.active(), limit.waiting()]);
    const first = await call({ emit });
    await call({ emit });
    first.resolve();
    await settle();
    expect(states).toEqual([
      ["rate-limit-wait", 1, 1],
      ["rate-limit-acquire", 1, 0],
    ]);
  });

  test("a listener may use the limiter itself", async () => {
    const { call, limit, settle } = playSemaphore();
    const controller = new AbortController();
    await call();
    const patient = await call({ emit: () => limit.resize(2) });
    const aborted = await call({ signal: controller.signal, emit: () => controller.abort("of its own") });
    await settle();
    expect(patient.seen).toBeDefined();
    expect(aborted.outcome).toBe("of its own");
    expect([limit.active(), limit.waiting()]).toEqual([2, 0]);
  });
});

test("a million calls wait, and every one is served, in order, once", async () => {
  const count = 1_000_000;
  const limit = semaphore({ permits: 10, maxQueue: Infinity });
  const seen = { served: 0, outOfOrder: 0, atWork: 0, mostAtWork: 0 };
  const operation = async ({ input }: Call<number>): Promise<void> => {
    if (input !== seen.served++) seen.outOfOrder++;
    seen.mostAtWork = Math.max(seen.mostAtWork, ++seen.atWork);
    await Promise.resolve();
    seen.atWork--;
  };
  let last: Promise<void> | undefined;
  for (let index = 0; index < count; index++) last = limit(startCall(index), operation);
  expect(limit.waiting()).toBe(count - 10);
  await last;
  expect(seen).toEqual({ served: count, outOfOrder: 0, atWork: 0, mostAtWork: 10 });
  expect([limit.active(), limit.waiting()]).toEqual([0, 0]);
}, 60_000);

test("a refusal is of the class that people catch", async () => {
  const { call } = playSemaphore({ maxQueue: 0 });
  await call();
  expect((await call()).outcome).toBeInstanceOf(RateLimitError);
});
