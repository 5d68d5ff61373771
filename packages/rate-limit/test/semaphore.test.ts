import { getEventListeners } from "node:events";
import { layer, startCall, wrap, type Call, type EndWork, type Next } from "@evenkeel/core";
import { fakeClock } from "@evenkeel/testkit";
import { describe, expect, test } from "vitest";
import { RateLimitError, semaphore, tokenBucket, type Semaphore, type SemaphoreOptions } from "../src/index.ts";
import { deferred, failure, play, throttled, type Play } from "./play.ts";

function playSemaphore(options: Partial<SemaphoreOptions> = {}): Play<Semaphore> {
  return play((clock) => semaphore({ permits: 1, clock, ...options }));
}

/** Answers at once with a stream, whose work goes on until the test ends it. */
function streaming(): { next: Next<unknown, string>; ends: EndWork[] } {
  const ends: EndWork[] = [];
  const next = async (call: Call): Promise<string> => {
    ends.push(call.work.hold());
    return "streaming";
  };
  return { next, ends };
}

describe("permits", () => {
  test("a free permit lets a call pass through unchanged, without a timer or an event", async () => {
    const clock = fakeClock();
    const limit = semaphore({ permits: 1, clock });
    const call = startCall("input");
    const seen: Call[] = [];
    const next = async (each: Call): Promise<string> => {
      seen.push(each);
      return "done";
    };
    expect(await limit(call, next)).toBe("done");
    expect(seen).toEqual([call]);
    expect(seen[0]).toBe(call);
    expect(clock.pending).toBe(0);
  });

  test("no more calls are at work than there are permits; the others follow in the order in which they came", async () => {
    const { call, limit, settle } = playSemaphore({ permits: 2 });
    const calls = [await call(), await call(), await call(), await call(), await call()];
    const started = (): boolean[] => calls.map(({ seen }) => seen !== undefined);
    expect(started()).toEqual([true, true, false, false, false]);
    expect(limit.active()).toBe(2);
    expect(limit.waiting()).toBe(3);

    calls[1]!.resolve();
    await settle();
    expect(started()).toEqual([true, true, true, false, false]);
    calls[0]!.reject(new Error("down"));
    await settle();
    expect(started()).toEqual([true, true, true, true, false]);
    calls[2]!.resolve();
    calls[3]!.resolve();
    await settle();
    calls[4]!.resolve();
    await settle();
    expect(calls.map(({ outcome }) => outcome)).toEqual([new Error("down"), "done", "done", "done", "done"]);
    expect(limit.active()).toBe(0);
    expect(limit.waiting()).toBe(0);
  });

  test("every key has permits of its own", async () => {
    const { call, limit } = playSemaphore();
    const calls = [await call({ key: "a" }), await call({ key: "b" }), await call({ key: "a" })];
    expect(calls.map(({ seen }) => seen?.key)).toEqual(["a", "b", undefined]);
    expect([limit.active("a"), limit.active("b"), limit.active("c")]).toEqual([1, 1, 0]);
    expect([limit.waiting("a"), limit.waiting("b"), limit.waiting("c")]).toEqual([1, 0, 0]);
  });

  test("who comes does not overtake who waits", async () => {
    const { call, settle } = playSemaphore();
    const first = await call();
    const second = await call();
    first.resolve();
    const third = await call();
    expect(second.seen).toBeDefined();
    expect(third.seen).toBeUndefined();
    second.resolve();
    await settle();
    expect(third.seen).toBeDefined();
  });

  test("infinitely many permits let everyone pass", async () => {
    const { call, limit } = playSemaphore({ permits: Infinity });
    const calls = await Promise.all(Array.from({ length: 100 }, () => call()));
    expect(calls.every(({ seen }) => seen)).toBe(true);
    expect(limit.permits).toBe(Infinity);
    expect(limit.active()).toBe(100);
  });

  test("a queued call keeps the async context of its caller", async () => {
    const { AsyncLocalStorage } = await import("node:async_hooks");
    const user = new AsyncLocalStorage<string>();
    const limit = semaphore({ permits: 1 });
    const seen: unknown[] = [];
    const calls = ["Ada", "Grace"].map((name) =>
      user.run(name, () => limit.run(async () => seen.push(user.getStore()))),
    );
    await Promise.all(calls);
    expect(seen).toEqual(["Ada", "Grace"]);
  });

  test("the events of a queued call are emitted in the async context of its caller, whoever ends its wait", async () => {
    const { AsyncLocalStorage } = await import("node:async_hooks");
    const user = new AsyncLocalStorage<string>();
    const clock = fakeClock();
    const limit = semaphore({ permits: 1, queueTimeout: 100, clock });
    const seen: string[] = [];
    const running: (() => void)[] = [];
    const calls = ["Ada", "Grace", "Mary", "Joan"].map((name) => {
      const emit = ({ type }: { type: string }): void => void seen.push(`${user.getStore()} for ${name}: ${type}`);
      const operation = (): Promise<void> => new Promise((resolve) => running.push(resolve));
      return user.run(name, () => limit.run(operation, { emit }).catch(() => {}));
    });
    running[0]!();
    await calls[0];
    await clock.advance(50);
    user.run("Joan", () => limit.pause("default", 60));
    await clock.advance(50);
    running[1]!();
    await Promise.all(calls);
    expect(seen).toEqual([
      "Grace for Grace: rate-limit-wait",
      "Mary for Mary: rate-limit-wait",
      "Joan for Joan: rate-limit-wait",
      "Grace for Grace: rate-limit-acquire",
      "Mary for Mary: rate-limit-reject",
      "Joan for Joan: rate-limit-reject",
    ]);
  });
});

describe("a permit is never lost", () => {
  test("when what follows throws instead of rejecting", async () => {
    const limit = semaphore({ permits: 1 });
    const broken: Next<unknown, string> = () => {
      throw new Error("broken");
    };
    await expect(limit(startCall(undefined), broken)).rejects.toThrow("broken");
    expect(limit.active()).toBe(0);
  });

  test("when what follows returns no promise", async () => {
    const limit = semaphore({ permits: 1 });
    // @ts-expect-error a layer of someone who does not use types
    const broken: Next<unknown, string> = () => undefined;
    expect(await limit(startCall(undefined), broken)).toBeUndefined();
    expect(limit.active()).toBe(0);
  });

  test("when a listener throws, whatever it hears", async () => {
    const { call, clock, limit, settle } = playSemaphore({ queueTimeout: 10, maxQueue: 1 });
    const heard: string[] = [];
    const emit = ({ type }: { type: string }): void => {
      heard.push(type);
      throw new Error("listener");
    };
    const first = await call({ emit });
    const second = await call({ emit });
    const refused = await call({ emit });
    first.reject(throttled(5));
    await settle();
    await clock.advance(5);
    expect(second.seen).toBeDefined();
    const late = await call({ emit });
    await clock.advance(10);
    second.resolve();
    await settle();
    expect(heard).toEqual([
      "rate-limit-wait",
      "rate-limit-reject",
      "rate-limit-pause",
      "rate-limit-acquire",
      "rate-limit-wait",
      "rate-limit-reject",
    ]);
    expect([refused.outcome, late.outcome]).toEqual([expect.any(RateLimitError), expect.any(RateLimitError)]);
    expect(limit.active()).toBe(0);
    expect(limit.waiting()).toBe(0);
  });

  test("when a classifier throws: the real failure comes out", async () => {
    const classify = (): never => {
      throw new Error("classifier");
    };
    const { call, limit, settle } = playSemaphore({ classify });
    const real = failure();
    const played = await call();
    played.reject(real);
    await settle();
    expect(played.outcome).toBe(real);
    expect(limit.active()).toBe(0);
  });

  test("when the caller aborts between the grant and the start: it passes on to the next", async () => {
    const { call, limit, settle } = playSemaphore();
    const controller = new AbortController();
    const first = await call();
    const granted = await call({ signal: controller.signal });
    const next = await call();
    limit.resize(2); // grants at once; the call itself starts a moment later
    controller.abort("changed my mind");
    expect([limit.active(), limit.waiting()]).toEqual([2, 1]);
    await settle();
    expect(granted.seen).toBeUndefined();
    expect(granted.outcome).toBe("changed my mind");
    expect(next.seen).toBeDefined();
    first.resolve();
    await settle();
    expect(limit.active()).toBe(1);
  });

  test("in either order of an abort and a release at the same moment", async () => {
    for (const abortFirst of [true, false]) {
      const { call, limit, settle } = playSemaphore();
      const controller = new AbortController();
      const first = await call();
      const second = await call({ signal: controller.signal });
      const third = await call();
      if (abortFirst) controller.abort("gone");
      first.resolve();
      if (!abortFirst) controller.abort("gone");
      await settle();
      expect(second.seen).toBeUndefined();
      expect(second.outcome).toBe("gone");
      expect(third.seen).toBeDefined();
      expect(limit.active()).toBe(1);
    }
  });
});

describe("a permit is held until the work is over", () => {
  test("five permits never let a sixth stream open, however the streams end", async () => {
    const limit = semaphore({ permits: 5 });
    const { next, ends } = streaming();
    const results = Array.from({ length: 20 }, () => limit.run(next));
    const settle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
    await settle();
    expect(ends).toHaveLength(5);
    const endings: ((end: EndWork) => void)[] = [
      (end) => end(), // read to the end, cancelled, or forgotten
      (end) => end(new Error("reset in the middle")),
      (end) => end(new DOMException("aborted", "AbortError")),
      (end) => {
        end();
        end(); // an end told twice frees one permit
      },
    ];
    for (let ended = 0; ended < 20; ended++) {
      expect(limit.active()).toBe(Math.min(5, 20 - ended));
      expect(ends).toHaveLength(Math.min(20, ended + 5));
      endings[ended % endings.length]!(ends[ended]!);
      await settle();
    }
    expect(await Promise.all(results)).toEqual(Array.from({ length: 20 }, () => "streaming"));
    expect(limit.active()).toBe(0);
  });

  test("an operation that was given up keeps its permit until it has really settled", async () => {
    const limit = semaphore({ permits: 1 });
    const operation = deferred<string>();
    /** Gives up at once, as a timeout does on an operation that is deaf to its signal. */
    const giveUp = layer(function giveUp(call, next) {
      const end = call.work.hold();
      void next(call).then(() => end(), end);
      return Promise.reject(new Error("gave up"));
    });
    const call = wrap(() => operation.promise, limit, giveUp);
    await expect(call()).rejects.toThrow("gave up");
    expect(limit.active()).toBe(1);
    operation.resolve("too late");
    await operation.promise;
    await Promise.resolve();
    expect(limit.active()).toBe(0);
  });

  test("what the attempt before still holds does not keep the permit of this one", async () => {
    const limit = semaphore({ permits: 1 });
    const call = startCall(undefined);
    call.work.hold();
    const attempt = { ...call, attempt: 2, work: call.work.fork() };
    await limit(attempt, async () => "done");
    expect(limit.active()).toBe(0);
  });
});

describe("resize", () => {
  test("more permits let waiting calls through at once, of every key", async () => {
    const { call, limit, settle } = playSemaphore();
    const calls = [];
    for (const key of ["a", "a", "a", "a", "b", "b"]) calls.push(await call({ key }));
    limit.resize(3);
    await settle();
    expect(calls.map(({ seen }) => seen !== undefined)).toEqual([true, true, true, false, true, true]);
    expect(limit.permits).toBe(3);
  });

  test("fewer permits let those at work finish, and admit nobody before there is room", async () => {
    const { call, limit, settle } = playSemaphore({ permits: 3 });
    const calls = [await call(), await call(), await call(), await call()];
    limit.resize(1);
    expect(limit.active()).toBe(3);
    calls[0]!.resolve();
    calls[1]!.resolve();
    await settle();
    expect(calls[3]!.seen).toBeUndefined();
    calls[2]!.resolve();
    await settle();
    expect(calls[3]!.seen).toBeDefined();
    expect(limit.active()).toBe(1);
  });

  test("a hundred thousand grants at once do not overflow the stack", async () => {
    const limit = semaphore({ permits: 1, maxQueue: Infinity });
    const gate = deferred<void>();
    const calls = Array.from({ length: 100_000 }, () => limit.run(() => gate.promise));
    limit.resize(Infinity);
    expect(limit.active()).toBe(100_000);
    gate.resolve();
    await Promise.all(calls);
    expect(limit.active()).toBe(0);
  });
});

describe("keys", () => {
  test("a busy key is remembered however many others come", async () => {
    const { call, limit } = playSemaphore({ maxKeys: 1 });
    await call({ key: "busy" });
    limit.pause("paused", 10_000);
    for (let index = 0; index < 100; index++) await limit.run(async () => index, { key: `key ${index}` });
    expect([limit.active("busy"), limit.pausedFor("paused")]).toEqual([1, 10_000]);
  });

  test("idle keys are forgotten: their number does not show in the heap", async () => {
    const limit = semaphore({ permits: 1, maxKeys: 100 });
    const run = async (count: number): Promise<void> => {
      for (let index = 0; index < count; index++) await limit.run(async () => index, { key: `key ${index}` });
    };
    const heapUsed = (): number => {
      globalThis.gc?.();
      return process.memoryUsage().heapUsed;
    };
    await run(1_000);
    const before = heapUsed();
    await run(50_000);
    expect(heapUsed() - before).toBeLessThan(3_000_000); // 50,000 keys, remembered, take some 10 MB
  });
});

test("nothing is left when all calls are over: no timer, no listener, no permit", async () => {
  const { call, clock, limit, settle } = playSemaphore({ permits: 2, queueTimeout: 50 });
  const { signal } = new AbortController();
  const calls = [];
  for (let index = 0; index < 10; index++) {
    calls.push(await call({ signal, deadline: clock.now() + 20 + 5 * index }));
  }
  calls[0]!.resolve();
  await settle();
  calls[1]!.reject(throttled(10));
  await settle();
  await clock.advance(100);
  for (const { resolve } of calls) resolve();
  await settle();
  await clock.advance(100);
  expect(calls.every(({ outcome }) => outcome !== undefined)).toBe(true);
  expect([limit.active(), limit.waiting(), clock.pending]).toEqual([0, 0, 0]);

  // Of all signals, one keeps its listener for the next call; another call makes it another's.
  limit.resize(1);
  const working = await call();
  const last = await call({ signal: new AbortController().signal });
  working.resolve();
  await settle();
  expect(last.seen).toBeDefined();
  expect(getEventListeners(signal, "abort")).toEqual([]);
});

describe("options out of range are refused", () => {
  test.each<[Partial<Record<keyof SemaphoreOptions, unknown>>, string]>([
    [{ permits: undefined }, "Expected `permits` to be an integer >= 1, got undefined"],
    [{ permits: 0 }, "Expected `permits` to be an integer >= 1, got 0"],
    [{ permits: 1.5 }, "Expected `permits` to be an integer >= 1, got 1.5"],
    [{ permits: "5" }, 'Expected `permits` to be an integer >= 1, got "5"'],
    [{ maxQueue: -1 }, "Expected `maxQueue` to be an integer >= 0, got -1"],
    [{ queueTimeout: -1 }, "Expected `queueTimeout` to be a number >= 0, got -1"],
    [{ queueTimeout: NaN }, "Expected `queueTimeout` to be a number >= 0, got NaN"],
    [{ priority: 3 }, "Expected `priority` to be a function, got 3"],
    [{ maxKeys: 0 }, "Expected `maxKeys` to be an integer >= 1, got 0"],
    [{ clock: Date }, "Expected `clock.after` to be a function, got undefined"],
    [{ clock: null }, "Expected `clock.after` to be a function, got undefined"],
    [{ classify: "429" }, 'Expected `classify` to be a function, got "429"'],
  ])("%o", (options, message) => {
    expect(() => semaphore({ permits: 1, ...(options as object) })).toThrow(message);
  });

  test("none at all", () => {
    expect(() => semaphore(undefined as never)).toThrow("Expected `permits` to be an integer >= 1, got undefined");
    expect(() => tokenBucket(undefined as never)).toThrow("Expected `limit` to be a number > 0");
  });

  test("undefined is the default", () => {
    const undefineds = { maxQueue: undefined, queueTimeout: undefined, priority: undefined, clock: undefined };
    expect(semaphore({ permits: 3, ...undefineds, maxKeys: undefined, classify: undefined }).permits).toBe(3);
  });

  test("a size or a pause out of range changes nothing", () => {
    const limit = semaphore({ permits: 2 });
    expect(() => limit.resize(0)).toThrow("Expected `permits` to be an integer >= 1, got 0");
    expect(() => limit.pause("default", -1)).toThrow("Expected `ms` to be a number >= 0, got -1");
    expect([limit.permits, limit.pausedFor()]).toEqual([2, 0]);
  });
});
