import { compose, startCall, type EndWork } from "@evenkeel/core";
import { fakeClock, mockNext } from "@evenkeel/testkit";
import { timeout } from "@evenkeel/timeout";
import { describe, expect, test, vi } from "vitest";
import { semaphore, tokenBucket, type TokenBucket, type TokenBucketOptions } from "../src/index.ts";
import { failure, play, type Play } from "./play.ts";

/** Ten tokens a second. */
function playBucket(options: Partial<TokenBucketOptions> = {}): Play<TokenBucket> {
  return play((clock) => tokenBucket({ limit: 10, interval: 1_000, clock, ...options }));
}

const unprocessed = failure({ processed: "no" });

describe("tokens", () => {
  test("a call that finds its tokens passes through unchanged, without a timer or an event", async () => {
    const { clock, events, limit } = playBucket();
    const call = startCall("input");
    expect(await limit(call, async (seen) => seen === call)).toBe(true);
    expect(clock.pending).toBe(0);
    expect(events).toEqual([]);
  });

  test("a burst passes at once; then calls pass one by one, as tokens come", async () => {
    const { call, clock, limit } = playBucket();
    const start = clock.now();
    const calls = [];
    for (let index = 0; index < 14; index++) calls.push(await call());
    expect(limit.waiting()).toBe(4);
    expect(clock.pending).toBe(1);
    await clock.advance(400);
    const waits = calls.map(({ startedAt }) => startedAt! - start);
    expect(waits).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 100, 200, 300, 400]);
    expect(clock.pending).toBe(0);
  });

  test("what is not spent is saved up to the burst, and no further", async () => {
    const { clock, limit } = playBucket({ burst: 20 });
    expect(limit.available()).toBe(20);
    await limit.run(async () => "done", { cost: 20 });
    expect(limit.available()).toBe(0);
    await clock.advance(500);
    expect(limit.available()).toBe(5);
    await clock.advance(1_500);
    expect(limit.available()).toBe(20);
    await clock.advance(10_000);
    expect(limit.available()).toBe(20);
  });

  test("a burst smaller than the limit spaces the calls", async () => {
    const { call, clock } = playBucket({ burst: 1 });
    const calls = [await call(), await call(), await call()];
    expect(calls.filter(({ seen }) => seen)).toHaveLength(1);
    await clock.advance(100);
    expect(calls.filter(({ seen }) => seen)).toHaveLength(2);
  });

  test("a call takes what it costs, and the cheap ones behind it wait their turn", async () => {
    const { call, clock, limit } = playBucket();
    await call({ cost: 6 });
    const dear = await call({ cost: 7 });
    const cheap = await call({ cost: 1 });
    expect(limit.available()).toBe(4);
    await clock.advance(300);
    expect([dear.seen !== undefined, cheap.seen !== undefined]).toEqual([true, false]);
    await clock.advance(100);
    expect(cheap.seen).toBeDefined();
  });

  test("when the first leaves the queue, the next does not wait for what the first wanted", async () => {
    const { call, limit, settle } = playBucket();
    const controller = new AbortController();
    await call({ cost: 5 });
    await call({ cost: 10, signal: controller.signal });
    const cheap = await call({ cost: 5 });
    controller.abort("gone");
    await settle();
    expect(cheap.seen).toBeDefined();
    expect(limit.available()).toBe(0);
  });

  test("a call of higher priority takes the tokens that are there, though the first needs more", async () => {
    const { call } = playBucket({ priority: ({ cost }) => -cost });
    await call({ cost: 5 });
    const dear = await call({ cost: 10 });
    const cheap = await call({ cost: 5 });
    expect([dear.seen !== undefined, cheap.seen !== undefined]).toEqual([false, true]);
  });

  test("a call that costs nothing passes an empty bucket", async () => {
    const { call } = playBucket();
    await call({ cost: 10 });
    expect((await call({ cost: 0 })).seen).toBeDefined();
  });

  test("every key has a bucket of its own", async () => {
    const { call, limit } = playBucket();
    await call({ key: "a", cost: 10 });
    expect((await call({ key: "b", cost: 10 })).seen).toBeDefined();
    expect([limit.available("a"), limit.available("b"), limit.available("c")]).toEqual([0, 0, 10]);
  });

  test("the cost may be counted in a unit of one's own", async () => {
    const { call, limit } = playBucket({ cost: () => 1 });
    await call({ cost: 5_000 });
    expect(limit.available()).toBe(9);
  });

  test("rounding never keeps a call waiting, and never lets one through too soon", async () => {
    for (const [limit, interval] of [
      [3, 1_000],
      [7, 60_000],
      [90_000, 60_000],
      [1, 86_400_000],
      [1_000_000, 60_000],
    ] as const) {
      const game = play((clock) => tokenBucket({ limit, interval, burst: 1, clock }));
      const start = game.clock.now();
      const calls = [];
      for (let index = 0; index < 200; index++) calls.push(await game.call());
      await game.clock.advance((250 * interval) / limit);
      for (const [index, { startedAt }] of calls.entries()) {
        const due = (index * interval) / limit;
        expect(Math.abs(startedAt! - start - due)).toBeLessThan(0.1);
      }
      expect(game.clock.pending).toBe(0);
    }
  });
});

test("a failure on which the classifier fails is charged: nobody knows that nothing was done", async () => {
  const { call, limit, settle } = playBucket({
    classify() {
      throw new Error("broken");
    },
  });
  (await call({ cost: 4 })).reject(unprocessed);
  await settle();
  expect(limit.available()).toBe(6);
});

describe("a refusal", () => {
  test("of a call that costs more than the bucket ever holds", async () => {
    const { call, limit } = playBucket();
    const { outcome } = await call({ cost: 10.5 });
    expect(outcome).toMatchObject({ reason: "cost", limiter: "token-bucket", limit: 10, retryAfter: undefined });
    expect(limit.available()).toBe(10);
  });

  test("of a call whose tokens cannot come before its deadline: at once, and told when they can", async () => {
    const { call, clock, limit } = playBucket();
    await limit.run(async () => "done", { cost: 10 });
    const late = await call({ cost: 5, deadline: clock.now() + 500 });
    expect(late.outcome).toMatchObject({ reason: "deadline", retryAfter: 500, verdict: { retryAfter: 500 } });
    const inTime = await call({ cost: 5, deadline: clock.now() + 501 });
    await clock.advance(500);
    expect(inTime.seen).toBeDefined();
  });

  test("not while calls at work may give back what is missing", async () => {
    const { call, clock, settle } = playBucket();
    const atWork = await call({ cost: 10 });
    const hopeful = await call({ cost: 5, deadline: clock.now() + 400 });
    expect(hopeful.outcome).toBeUndefined();
    await clock.advance(100);
    atWork.reject(unprocessed);
    await settle();
    expect(hopeful.seen).toBeDefined();
  });

  test("counts on no more than those who are still at work may give back", async () => {
    const { call, clock, settle } = playBucket();
    const [done] = [await call({ cost: 5 }), await call({ cost: 5 })];
    done.resolve();
    await settle();
    const hopeless = await call({ cost: 10, deadline: clock.now() + 400 });
    expect(hopeless.outcome).toMatchObject({ reason: "deadline" });
    const hopeful = await call({ cost: 5, deadline: clock.now() + 400 });
    expect(hopeful.outcome).toBeUndefined();
  });

  test("of one that hoped in vain, when its deadline passes", async () => {
    const { call, clock } = playBucket();
    await call({ cost: 10 });
    const hopeful = await call({ cost: 5, deadline: clock.now() + 400 });
    await clock.advance(400);
    expect(hopeful.outcome).toMatchObject({ reason: "deadline", retryAfter: 100 });
  });

  test("of one that the queue's time limit lets wait too short", async () => {
    const { call, limit } = playBucket({ queueTimeout: 499 });
    await limit.run(async () => "done", { cost: 10 });
    expect((await call({ cost: 5 })).outcome).toMatchObject({ reason: "queue-timeout", retryAfter: 500 });
  });

  test("of one too many for the queue", async () => {
    const { call, events } = playBucket({ maxQueue: 1 });
    await call({ cost: 10 });
    await call();
    expect((await call({ cost: 2 })).outcome).toMatchObject({ reason: "queue-full", retryAfter: 200 });
    expect(events.at(-1)).toMatchObject({ type: "rate-limit-reject", limiter: "token-bucket", reason: "queue-full" });
  });

  test("says when the first waiting call can start, if it needs more tokens: nobody starts before", async () => {
    const { call, clock, limit } = playBucket({ maxQueue: 1 });
    await limit.run(async () => "done", { cost: 10 });
    await call({ cost: 8 });
    expect((await call({ cost: 1 })).outcome).toMatchObject({ reason: "queue-full", retryAfter: 800 });
    await clock.advance(800);
    expect((await call({ cost: 1 })).outcome).toBeUndefined();
  });

  test("says the same of a free call whose time in the queue is up", async () => {
    const { call, clock, limit } = playBucket();
    await limit.run(async () => "done", { cost: 10 });
    await call({ cost: 8 });
    const late = await call({ cost: 0, deadline: clock.now() + 300 });
    await clock.advance(300);
    expect(late.outcome).toMatchObject({ reason: "deadline", retryAfter: 500 });
  });

  test("of a cost that is no cost", async () => {
    const { call, limit } = playBucket();
    expect((await call({ cost: -1 })).outcome).toEqual(new RangeError("Expected `cost` to be a number >= 0, got -1"));
    expect((await call({ cost: NaN })).outcome).toEqual(new RangeError("Expected `cost` to be a number >= 0, got NaN"));
    expect((await call({ cost: Infinity })).outcome).toMatchObject({ reason: "cost" });
    expect(limit.available()).toBe(10);
  });
});

describe("what a call really cost", () => {
  test("nothing, if it was surely not processed: its tokens come back, to those who wait too", async () => {
    const { call, limit, settle } = playBucket();
    const [failed, waiting] = [await call({ cost: 10 }), await call({ cost: 4 })];
    failed.reject(unprocessed);
    await settle();
    expect(waiting.seen).toBeDefined();
    expect(limit.available()).toBe(6);
  });

  test("what it had said, if it failed otherwise or succeeded", async () => {
    const { call, limit, settle } = playBucket();
    const [first, second, third] = [await call({ cost: 1 }), await call({ cost: 2 }), await call({ cost: 3 })];
    first.reject(failure({ processed: "maybe" }));
    second.reject(failure({ processed: "yes" }));
    third.resolve();
    await settle();
    expect(limit.available()).toBe(4);
  });

  test("what its work reports in the end, be it less or more", async () => {
    const { limit } = playBucket();
    const ends: EndWork[] = [];
    const stream = async (): Promise<void> => limit.run(async ({ work }) => void ends.push(work.hold()), { cost: 4 });
    await stream();
    await stream();
    expect(limit.available()).toBe(2);
    ends[0]!(undefined, 1);
    expect(limit.available()).toBe(5);
    ends[1]!(new Error("reset in the middle"), 12);
    expect(limit.available()).toBe(-3);
  });

  test("nothing, if that is what its work reports", async () => {
    const { limit } = playBucket();
    await limit.run(async ({ work }) => work.hold()(undefined, 0), { cost: 4 });
    expect(limit.available()).toBe(10);
  });

  test("also where the work was over before the call had settled", async () => {
    const { limit } = playBucket();
    await limit.run(async ({ work }) => work.hold()(undefined, 3), { cost: 8 });
    expect(limit.available()).toBe(7);
  });

  test("a debt is paid before the next call passes", async () => {
    const { call, clock, limit } = playBucket();
    await limit.run(async ({ work }) => work.hold()(undefined, 25), { cost: 1 });
    expect(limit.available()).toBe(-15);
    const waiting = await call();
    await clock.advance(1_599);
    expect(waiting.seen).toBeUndefined();
    await clock.advance(1);
    expect(waiting.seen).toBeDefined();
  });

  test("what comes back never fills the bucket beyond its burst", async () => {
    const { call, clock, limit, settle } = playBucket();
    const failed = await call({ cost: 5 });
    await clock.advance(10_000);
    failed.reject(unprocessed);
    await settle();
    expect(limit.available()).toBe(10);
  });

  test.each([NaN, -1, Infinity])("a report of %s is none", async (report) => {
    const { limit } = playBucket();
    await limit.run(async ({ work }) => work.hold()(undefined, report), { cost: 4 });
    expect(limit.available()).toBe(6);
  });

  test("a report is not heeded by a bucket that counts in a unit of its own, but a refund is", async () => {
    const { call, limit, settle } = playBucket({ cost: () => 1 });
    await limit.run(async ({ work }) => work.hold()(undefined, 5_000), { cost: 4_000 });
    expect(limit.available()).toBe(9);
    const failed = await call();
    failed.reject(unprocessed);
    await settle();
    expect(limit.available()).toBe(9);
  });

  test("a call that was aborted before it came costs nothing, and is not begun", async () => {
    const { limit } = playBucket();
    const operation = vi.fn<() => Promise<string>>();
    const aborted = startCall(undefined, { cost: 3, signal: AbortSignal.abort("too late") });
    await expect(limit(aborted, operation)).rejects.toBe("too late");
    expect(limit.available()).toBe(10);
    expect(operation).not.toHaveBeenCalled();
  });

  test.each([
    ["by its caller", Infinity],
    ["by a total limit", 500],
    ["by a limit between the two", 500],
  ])(
    "a call that is aborted %s while it waits for another limiter costs nothing: it was never sent",
    async (whose, ms) => {
      const clock = fakeClock();
      const tokens = tokenBucket({ limit: 10, interval: 1_000_000, clock });
      const calls = tokenBucket({ limit: 10, interval: 1_000_000, cost: () => 1, clock });
      const one = semaphore({ permits: 1, clock });
      const limit = timeout(ms, { clock });
      const between = whose === "by a limit between the two";
      const layers = between ? compose(tokens, calls, limit, one) : compose(limit, tokens, calls, one);
      const { next, request } = mockNext();
      const running = one.run(next);
      const controller = new AbortController();
      const waiting = layers.run(next, { cost: 6, signal: controller.signal }).catch(() => "ended");
      await clock.advance(0);
      expect([one.waiting(), tokens.available(), calls.available()]).toEqual([1, 4, 9]);
      await clock.advance(500);
      controller.abort("gone");
      expect(await waiting).toBe("ended");
      expect([tokens.available(), calls.available()]).toEqual([10, 10]);
      (await request()).resolve("done");
      await running;
    },
  );

  test("a call that is aborted while it runs is charged: the upstream may have done the work", async () => {
    const { call, limit, settle } = playBucket();
    const controller = new AbortController();
    const running = await call({ cost: 6, signal: controller.signal });
    controller.abort("gone");
    running.reject("gone");
    await settle();
    expect(limit.available()).toBe(4);
  });

  test("a call that was aborted between its turn and its start costs nothing", async () => {
    const { call, clock, limit, settle } = playBucket();
    const controller = new AbortController();
    const events: string[] = [];
    await call({ cost: 10 });
    const granted = await call({
      cost: 10,
      signal: controller.signal,
      emit({ type }) {
        events.push(type);
        if (type === "rate-limit-acquire") controller.abort("changed my mind");
      },
    });
    await clock.advance(1_000);
    await settle();
    expect(granted.seen).toBeUndefined();
    expect(granted.outcome).toBe("changed my mind");
    expect(events).toEqual(["rate-limit-wait", "rate-limit-acquire"]);
    expect(limit.available()).toBe(10);
    expect(clock.pending).toBe(0);
  });
});

describe("resize", () => {
  test("tokens come at the new rate from now on, for calls that wait already, too", async () => {
    const { call, clock, limit } = playBucket();
    const start = clock.now();
    await call({ cost: 10 });
    const waiting = [await call({ cost: 5 }), await call({ cost: 5 })];
    await clock.advance(100); // one token has come at the old rate
    limit.resize({ limit: 20, interval: 1_000 });
    expect(limit.available()).toBe(1);
    await clock.advance(1_000);
    expect(waiting.map(({ startedAt }) => startedAt! - start)).toEqual([300, 550]);
    expect(clock.pending).toBe(0);
  });

  test("a slower rate keeps a call waiting for longer than it would have", async () => {
    const { call, clock, limit } = playBucket();
    const start = clock.now();
    await call({ cost: 10 });
    const waiting = await call({ cost: 5 });
    limit.resize({ limit: 10, interval: 2_000 });
    await clock.advance(2_000);
    expect(waiting.startedAt! - start).toBe(1_000);
  });

  test("a full bucket stays full; any other keeps its tokens, up to the new burst", async () => {
    const { limit } = playBucket();
    const available = (): number[] => ["full", "new", "half", "owing"].map((key) => limit.available(key));
    await limit.run(async () => "done", { key: "full", cost: 0 });
    await limit.run(async () => "done", { key: "half", cost: 5 });
    await limit.run(async ({ work }) => work.hold()(undefined, 14), { key: "owing", cost: 10 });
    expect(available()).toEqual([10, 10, 5, -4]);
    limit.resize({ limit: 20, interval: 1_000 });
    expect(available()).toEqual([20, 20, 5, -4]);
    limit.resize({ limit: 20, interval: 1_000, burst: 3 });
    expect(available()).toEqual([3, 3, 3, -4]);
  });

  test("what comes back does not fill a bucket beyond its new burst", async () => {
    const { call, limit, settle } = playBucket();
    const told = await call({ cost: 10 });
    limit.resize({ limit: 10, interval: 1_000, burst: 4 });
    told.reject(unprocessed);
    await settle();
    expect(limit.available()).toBe(4);
  });

  test("a waiting call that costs more than the new burst is refused at its turn, and those behind it go on", async () => {
    const { call, clock, limit, settle } = playBucket();
    await call({ cost: 10 });
    const [first, costly, last] = [await call({ cost: 2 }), await call({ cost: 6 }), await call({ cost: 4 })];
    limit.resize({ limit: 10, interval: 1_000, burst: 5 });
    await settle();
    expect(costly.outcome).toBeUndefined();
    await clock.advance(200);
    expect(first.seen).toBeDefined();
    expect(costly.outcome).toMatchObject({ reason: "cost", retryAfter: undefined, limit: 10 });
    await clock.advance(400);
    expect(last.seen).toBeDefined();
    expect([limit.waiting(), clock.pending]).toEqual([0, 0]);
  });

  test("a size out of range changes nothing", async () => {
    const { limit } = playBucket();
    expect(() => limit.resize({ limit: 0, interval: 1_000 })).toThrow("Expected `limit` to be a number > 0");
    expect(() => limit.resize({ limit: 20, interval: NaN })).toThrow("Expected `interval` to be a number > 0");
    expect(() => limit.resize({ limit: 20, interval: 1, burst: -1 })).toThrow("Expected `burst` to be a number > 0");
    expect(limit.available()).toBe(10);
  });

  test("a holdWhile that resizes, too, has the last word", async () => {
    let mayResize = false;
    const { call, clock, limit } = playBucket({
      holdWhile: () => {
        if (mayResize) limit.resize({ limit: 40, interval: 1_000 });
        return mayResize;
      },
    });
    for (const key of ["a", "b"]) for (const cost of [10, 10]) await call({ key, cost });
    mayResize = true;
    limit.resize({ limit: 5, interval: 1_000 });
    mayResize = false;
    await clock.advance(10_000);
    expect([limit.waiting("a"), limit.waiting("b"), limit.available("a"), limit.available("b")]).toEqual([
      0, 0, 40, 40,
    ]);
  });
});

describe("keys", () => {
  test("one that is not full, or has calls at work, is remembered however many others come", async () => {
    const { call, clock, limit } = playBucket({ maxKeys: 1 });
    await limit.run(async () => "done", { key: "spent", cost: 10 });
    await call({ key: "at work", cost: 10 });
    await clock.advance(900);
    for (let index = 0; index < 100; index++) await limit.run(async () => index, { key: `key ${index}` });
    expect([limit.available("spent"), limit.available("at work")]).toEqual([9, 9]);
  });

  test("one with calls that wait is remembered, also when time has passed that no timer has told yet", async () => {
    let blockedFor = 0;
    const { call, limit } = play((clock) => {
      const blocked = { now: () => clock.now() + blockedFor, after: clock.after };
      return tokenBucket({ limit: 10, interval: 1_000, maxKeys: 1, clock: blocked });
    });
    await limit.run(async () => "done", { key: "waited for", cost: 10 });
    await call({ key: "waited for", cost: 10 });
    blockedFor = 5_000;
    for (let index = 0; index < 100; index++) await limit.run(async () => index, { key: `key ${index}` });
    expect(limit.waiting("waited for")).toBe(1);
  });

  test("one whose call turns out dearer is charged for it, though the bucket was full meanwhile", async () => {
    const { clock, limit } = playBucket({ maxKeys: 1 });
    const ends: EndWork[] = [];
    await limit.run(async ({ work }) => void ends.push(work.hold()), { key: "long", cost: 1 });
    await clock.advance(10_000);
    for (let index = 0; index < 100; index++) await limit.run(async () => index, { key: `key ${index}` });
    ends[0]!(undefined, 6);
    expect(limit.available("long")).toBe(5);
  });

  test("those that are full again are forgotten: their number does not show in the heap", async () => {
    const { clock, limit } = playBucket({ maxKeys: 100 });
    const run = async (count: number): Promise<void> => {
      for (let index = 0; index < count; index++) await limit.run(async () => index, { key: `key ${index}`, cost: 0 });
    };
    const heapUsed = (): number => {
      globalThis.gc?.();
      return process.memoryUsage().heapUsed;
    };
    await run(1_000);
    const before = heapUsed();
    await run(50_000);
    expect(heapUsed() - before).toBeLessThan(3_000_000); // 50,000 keys, remembered, take some 10 MB
    expect(clock.pending).toBe(0);
  });
});

describe("options out of range are refused", () => {
  const most = Number.MAX_SAFE_INTEGER;

  test.each<[Partial<Record<keyof TokenBucketOptions, unknown>>, string]>([
    [{ limit: undefined }, `Expected \`limit\` to be a number > 0 and <= ${most}, got undefined`],
    [{ limit: 0 }, `Expected \`limit\` to be a number > 0 and <= ${most}, got 0`],
    [{ limit: Infinity }, `Expected \`limit\` to be a number > 0 and <= ${most}, got Infinity`],
    [{ interval: 0 }, `Expected \`interval\` to be a number > 0 and <= ${most}, got 0`],
    [{ interval: "1m" }, `Expected \`interval\` to be a number > 0 and <= ${most}, got "1m"`],
    [{ burst: 0 }, `Expected \`burst\` to be a number > 0 and <= ${most}, got 0`],
    [{ burst: NaN }, `Expected \`burst\` to be a number > 0 and <= ${most}, got NaN`],
    [{ cost: 1 }, "Expected `cost` to be a function, got 1"],
    [{ maxQueue: 0.5 }, "Expected `maxQueue` to be an integer >= 0, got 0.5"],
    [{ queueTimeout: -1 }, "Expected `queueTimeout` to be a number >= 0, got -1"],
    [{ priority: 3 }, "Expected `priority` to be a function, got 3"],
    [{ maxKeys: 0 }, "Expected `maxKeys` to be an integer >= 1, got 0"],
    [{ classify: "429" }, 'Expected `classify` to be a function, got "429"'],
  ])("%o", (options, message) => {
    expect(() => tokenBucket({ limit: 1, interval: 1, ...(options as object) })).toThrow(message);
  });

  test("a pause out of range changes nothing", () => {
    const limit = tokenBucket({ limit: 1, interval: 1 });
    expect(() => limit.pause("default", NaN)).toThrow("Expected `ms` to be a number >= 0, got NaN");
    expect(limit.pausedFor()).toBe(0);
  });
});
