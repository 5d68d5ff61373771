import { fakeClock } from "@evenkeel/testkit";
import { describe, expect, test } from "vitest";
import type { Classify, EndWork, Layer } from "@evenkeel/core";
import { semaphore, tokenBucket, type QueueOptions } from "../src/index.ts";
import { Pause } from "../src/pause.ts";
import { failure, play, throttled, type Play } from "./play.ts";

/** What both limiters can do. */
interface Limiter extends Layer {
  waiting(key?: string): number;
  pausedFor(key?: string): number;
  pause(key: string, ms: number): void;
  resume(key: string): void;
}

test("a pause lasts until the longest hint has passed, and a shorter one takes nothing back", async () => {
  const clock = fakeClock(1_700_000_000_000);
  const pause = new Pause({ clock, holdWhile: undefined }, "key");
  expect(pause.left()).toBe(0);
  expect(pause.extend(0)).toBe(false);
  expect(pause.extend(NaN)).toBe(false);
  expect(pause.extend(100)).toBe(true);
  expect(pause.extend(50)).toBe(false);
  expect(pause.extend(100)).toBe(false);
  await clock.advance(60);
  expect(pause.left()).toBe(40);
  expect(pause.extend(41)).toBe(true);
  await clock.advance(41);
  expect(pause.left()).toBe(0);
  expect(pause.extend(1)).toBe(true);
});

const limiters: [string, (options: QueueOptions) => Limiter][] = [
  ["semaphore", (options) => semaphore({ permits: 2, ...options })],
  ["token-bucket", (options) => tokenBucket({ limit: 2, interval: 1_000, burst: 2, ...options })],
];

describe.each(limiters)("%s", (limiter, make) => {
  const playLimiter = (options: QueueOptions = {}): Play<Limiter> => play((clock) => make({ clock, ...options }));

  test("a 429 that says how long to wait pauses its key for every caller, and no other key", async () => {
    const { call, clock, limit, settle } = playLimiter();
    const told = await call();
    told.reject(throttled(5_000));
    await settle();
    expect(limit.pausedFor()).toBe(5_000);
    const [waiting, other] = [await call(), await call({ key: "other" })];
    expect(waiting.seen).toBeUndefined();
    expect(other.seen).toBeDefined();
    await clock.advance(4_999);
    expect(waiting.seen).toBeUndefined();
    await clock.advance(1);
    expect(waiting.seen).toBeDefined();
    expect([limit.waiting(), limit.pausedFor(), clock.pending]).toEqual([0, 0, 0]);
  });

  test("those who waited before the pause wait on", async () => {
    const { call, clock, settle } = playLimiter();
    const [told, other, waiting] = [await call(), await call(), await call()];
    told.reject(throttled(5_000));
    other.resolve();
    await settle();
    expect(waiting.seen).toBeUndefined();
    await clock.advance(5_000);
    expect(waiting.seen).toBeDefined();
  });

  test("a later, longer hint extends the pause; a shorter one does not shorten it", async () => {
    const { call, clock, events, limit, settle } = playLimiter();
    const [first, second] = [await call(), await call()];
    first.reject(throttled(1_000));
    await settle();
    const waiting = await call();
    await clock.advance(500);
    second.reject(throttled(2_000));
    await settle();
    limit.pause("default", 100);
    expect(limit.pausedFor()).toBe(2_000);
    await clock.advance(1_999);
    expect(waiting.seen).toBeUndefined();
    await clock.advance(1);
    expect(waiting.seen).toBeDefined();
    const pauses = events.filter(({ type }) => type === "rate-limit-pause");
    expect(pauses).toMatchObject([
      { retryAfter: 1_000, limiter, key: "default", attempt: 1, call: first.seen!.work.root },
      { retryAfter: 2_000, limiter },
    ]);
  });

  test("it is told before the refusals that come of it", async () => {
    const { call, clock, events, settle } = playLimiter();
    const [told] = [await call(), await call()];
    await call({ deadline: clock.now() + 400 });
    events.length = 0;
    told.reject(failure({ kind: "rate-limit", retryAfter: 1_000 }));
    await settle();
    expect(events.map(({ type }) => type)).toEqual(["rate-limit-pause", "rate-limit-reject"]);
  });

  test("a hint that changes nothing is no event", async () => {
    const { call, events, settle } = playLimiter();
    const [first, second] = [await call(), await call()];
    first.reject(throttled(1_000));
    second.reject(throttled(900));
    await settle();
    expect(events.filter(({ type }) => type === "rate-limit-pause")).toHaveLength(1);
  });

  test("after it, calls are let through as the limit allows, and not all at once", async () => {
    const { call, clock, limit } = playLimiter();
    limit.pause("default", 1_000);
    const calls = [];
    for (let index = 0; index < 10; index++) calls.push(await call());
    await clock.advance(1_000);
    expect(calls.filter(({ seen }) => seen)).toHaveLength(1);
    calls[0]!.resolve();
    await clock.advance(0);
    expect(calls.filter(({ seen }) => seen)).toHaveLength(limiter === "semaphore" ? 3 : 2);
  });

  test("a call that cannot wait so long is refused at once, and told how long it lasts", async () => {
    const { call, clock, limit } = playLimiter();
    limit.pause("default", 1_000);
    const late = await call({ deadline: clock.now() + 1_000 });
    expect(late.outcome).toMatchObject({ reason: "paused", retryAfter: 1_000, verdict: { retryAfter: 1_000 } });
    const inTime = await call({ deadline: clock.now() + 1_001 });
    await clock.advance(1_000);
    expect(inTime.seen).toBeDefined();
  });

  test("so is one that the queue's time limit lets wait less, and one that waits already", async () => {
    const { call, clock, limit, settle } = playLimiter({ queueTimeout: 500 });
    await call();
    await call();
    const waiting = await call();
    await clock.advance(100);
    limit.pause("default", 400);
    await settle();
    expect(waiting.outcome).toMatchObject({ reason: "paused", retryAfter: 400 });
    limit.pause("default", 500);
    expect((await call()).outcome).toMatchObject({ reason: "paused", retryAfter: 500 });
    expect([limit.waiting(), clock.pending]).toEqual([0, 0]);
  });

  test("the queue is bounded during a pause as ever", async () => {
    const { call, limit } = playLimiter({ maxQueue: 1 });
    limit.pause("default", 1_000);
    await call();
    expect((await call()).outcome).toMatchObject({ reason: "queue-full" });
  });

  test("a wait tells whether the key is paused", async () => {
    const { call, events, limit } = playLimiter();
    limit.pause("default", 1_000);
    await call();
    expect(events).toMatchObject([{ type: "rate-limit-wait", limiter, waiting: 1, paused: true }]);
  });

  test("an abort ends the wait at once", async () => {
    const { call, clock, limit, settle } = playLimiter();
    const controller = new AbortController();
    limit.pause("default", 1_000);
    const waiting = await call({ signal: controller.signal });
    controller.abort("gone");
    await settle();
    expect(waiting.outcome).toBe("gone");
    expect(clock.pending).toBe(0);
  });

  test("a hint of more than an hour is believed for one, and then one call asks again", async () => {
    const { call, clock, limit, settle } = playLimiter();
    const told = await call();
    told.reject(throttled(365 * 86_400_000));
    await settle();
    expect(limit.pausedFor()).toBe(3_600_000);
    const [first, second] = [await call(), await call()];
    await clock.advance(3_600_000);
    expect([first.seen, second.seen]).toEqual([expect.anything(), undefined]);
  });

  test("a pause can be ended, and those who wait come slowly then, too", async () => {
    const { call, clock, limit } = playLimiter();
    limit.resume("default"); // nothing to end
    limit.pause("default", 60_000);
    limit.pause("other", 60_000);
    const [first, second] = [await call(), await call()];
    limit.resume("default");
    await clock.advance(0);
    expect([limit.pausedFor(), limit.pausedFor("other")]).toEqual([0, 60_000]);
    expect([first.seen, second.seen]).toEqual([expect.anything(), undefined]);
    first.resolve();
    await clock.advance(0);
    expect(second.seen).toBeDefined();
    expect(clock.pending).toBe(0);
  });

  test("a pause without end can be ended", async () => {
    const { call, limit } = playLimiter();
    limit.pause("default", Infinity);
    limit.resume("default");
    expect((await call()).seen).toBeDefined();
  });

  test("a pause without end refuses whoever comes", async () => {
    const { call, limit } = playLimiter();
    limit.pause("default", Infinity);
    expect((await call()).outcome).toMatchObject({ reason: "paused", retryAfter: undefined });
  });

  test("and whoever waits already, however patient", async () => {
    const { call, events, limit, settle } = playLimiter();
    const working = [await call(), await call()];
    const waiting = [await call(), await call()];
    limit.pause("default", Infinity);
    await settle();
    expect(waiting.map(({ outcome }) => outcome)).toMatchObject([{ reason: "paused" }, { reason: "paused" }]);
    expect(events.slice(-2)).toMatchObject([{ type: "rate-limit-reject" }, { type: "rate-limit-reject" }]);
    expect(limit.waiting()).toBe(0);
    working[0]!.resolve();
    await settle();
    expect(working[0]!.outcome).toBe("done");
  });

  test("a stream that is throttled in the middle pauses its key, too", async () => {
    const { clock, limit } = playLimiter();
    const ends: EndWork[] = [];
    await limit.run(async ({ work }) => ends.push(work.hold()));
    ends[0]!(throttled(700));
    expect(limit.pausedFor()).toBe(700);
    expect(clock.pending).toBe(0);
  });

  test.each([
    ["a throttling without a hint", failure({ kind: "rate-limit" })],
    ["an overload", failure({ kind: "overloaded", retryAfter: 1_000 })],
    ["a used-up quota", failure({ kind: "quota", action: "elsewhere", retryAfter: 1_000 })],
    ["a refusal of another layer", failure({ kind: "refused", action: "elsewhere", retryAfter: 1_000 })],
    ["an error that means nothing to anyone", new Error("down")],
    ["no error at all", undefined],
  ])("%s pauses nobody", async (_, error) => {
    const { call, limit, settle } = playLimiter();
    const played = await call();
    played.reject(error);
    await settle();
    expect(limit.pausedFor()).toBe(0);
  });

  test("the limiter's own classifier comes first, then the error's verdict, then the call's", async () => {
    const verdict = (retryAfter: number): ReturnType<Classify> => ({ action: "retry", kind: "rate-limit", retryAfter });
    const own: Classify = (error) => (error === "mine" ? verdict(1) : undefined);
    const { call, limit, settle } = playLimiter({ classify: own });
    const fail = async (key: string, error: unknown): Promise<number> => {
      (await call({ key, classify: () => verdict(3) })).reject(error);
      await settle();
      return limit.pausedFor(key);
    };
    expect([await fail("a", "mine"), await fail("b", throttled(2)), await fail("c", "yours")]).toEqual([1, 2, 3]);
  });

  test("a failure that also ends its work later pauses its key from the time it was thrown", async () => {
    const { call, clock, limit, settle } = playLimiter();
    const played = await call();
    const end = played.seen!.work.hold();
    const error = throttled(1_000);
    played.reject(error);
    await settle();
    await clock.advance(400);
    end(error);
    expect(limit.pausedFor()).toBe(600);
  });

  test.each<[string, unknown]>([
    ["throws when it is read", { get: () => throws() }],
    ["is a bigint", { value: 1_000n }],
  ])("a verdict whose `retryAfter` %s keeps no permit", async (_, retryAfter) => {
    const { call, clock, limit, settle } = playLimiter();
    const verdict = { action: "retry", kind: "rate-limit", processed: "no", health: "neutral" };
    const error = { verdict: Object.defineProperty(verdict, "retryAfter", retryAfter as PropertyDescriptor) };
    const played = [await call(), await call()];
    played[0]!.reject(error);
    const end = played[1]!.seen!.work.hold();
    played[1]!.resolve();
    await settle();
    end(error);
    await clock.advance(1_000);
    expect([played[0]!.outcome === error, limit.pausedFor()]).toEqual([true, 0]);
    const next = [await call(), await call()];
    expect(next.map(({ seen }) => seen !== undefined)).toEqual([true, true]);
  });

  test("no classifier is asked about a success, not even about one that comes after the caller's abort", async () => {
    const asked: unknown[] = [];
    const { call, settle } = playLimiter({ classify: (error) => void asked.push(error) });
    const controller = new AbortController();
    const played = await call({ signal: controller.signal });
    controller.abort("gone");
    played.resolve();
    await settle();
    expect([played.outcome, asked]).toEqual(["done", []]);
  });

  test("a caller who aborts with what looks like a 429 pauses nobody", async () => {
    const { call, limit, settle } = playLimiter();
    const controller = new AbortController();
    const reason = throttled(1_000);
    const played = await call({ signal: controller.signal });
    controller.abort(reason);
    played.reject(reason);
    await settle();
    expect(played.outcome).toBe(reason);
    expect(limit.pausedFor()).toBe(0);
  });
});

function throws(): never {
  throw new Error("unreadable");
}
