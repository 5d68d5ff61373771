import { describe, expect, test } from "vitest";
import { RateLimitError, semaphore, tokenBucket } from "../src/index.ts";
import { play, type Play, type Played } from "./play.ts";

/** A limiter whose keys are held while they are in `held`. */
function heldBack(permits = Infinity): Play<ReturnType<typeof semaphore>> & { held: Set<string> } {
  const held = new Set(["default"]);
  return { held, ...play((clock) => semaphore({ permits, holdWhile: (key) => held.has(key), clock })) };
}

describe("a key that is held back", () => {
  test("admits no call, is checked every second, and then starts slowly", async () => {
    const { held, clock, limit, call, settle } = heldBack();
    const at: Played[] = [];
    for (let index = 0; index < 10; index++) at.push(await call());
    const begun = (): number => at.filter(({ seen }) => seen).length;
    await clock.advance(5_500);
    expect([begun(), limit.waiting(), limit.pausedFor()]).toEqual([0, 10, 1_000]);
    held.clear();
    await clock.advance(1_000);
    expect(begun()).toBe(1);
    at[0]!.resolve();
    await settle();
    expect(begun()).toBe(3);
  });

  test("admits one call at a time if each that starts causes another hold", async () => {
    const { held, clock, call } = heldBack();
    const at = [await call(), await call(), await call()];
    held.clear();
    await clock.advance(1_000);
    held.add("default"); // as a breaker does while its probe is under way
    await clock.advance(10_000); // far longer than it takes to trust the first
    expect(at.map(({ seen }) => seen !== undefined)).toEqual([true, false, false]);
    held.clear();
    at[0]!.resolve();
    await clock.advance(1_000);
    expect(at.map(({ seen }) => seen !== undefined)).toEqual([true, true, false]);
    at[1]!.resolve();
    await clock.advance(0);
    expect(at[2]!.seen).toBeDefined();
  });

  test("is held, too, for calls that were admitted together with the one that starts the hold", async () => {
    let inFlight = 0;
    const { call, clock, limit } = play((at) => semaphore({ permits: 1, holdWhile: () => inFlight >= 2, clock: at }));
    const most: number[] = [];
    async function work(): Promise<void> {
      most.push(++inFlight);
      await new Promise<void>((resolve) => clock.after(100, resolve));
      inFlight--;
    }
    const first = await call();
    const all = Array.from({ length: 6 }, () => limit.run(work));
    limit.resize(6);
    all.push(limit.run(work)); // before any of those that were waiting has started
    first.resolve();
    await clock.advance(60_000);
    await Promise.all(all);
    expect(most).toHaveLength(7);
    expect(Math.max(...most)).toBe(2);
  });

  test("takes back a call that was admitted and has not started: it keeps its turn, and the end of its wait", async () => {
    const { held, clock, limit, call, settle, events } = heldBack(1);
    held.clear();
    const first = await call();
    const hurried = await call({ deadline: clock.now() + 1_500 });
    const patient = await call();
    const later = await call();
    limit.resize(3);
    held.add("default"); // both are admitted by now
    await settle();
    expect([hurried.seen, patient.seen, limit.waiting(), limit.active()]).toEqual([undefined, undefined, 3, 1]);
    await clock.advance(1_500);
    expect(hurried.outcome).toMatchObject({ reason: "paused" });
    expect(limit.waiting()).toBe(2);
    held.clear();
    await clock.advance(1_000);
    expect([patient.seen, later.seen]).toEqual([expect.anything(), undefined]);
    expect(events.at(-1)).toMatchObject({ type: "rate-limit-acquire", waited: 2_000 });
    for (const each of [first, patient]) each.resolve();
    await settle();
    later.resolve();
    await settle();
    expect([later.outcome, limit.active(), clock.pending]).toEqual(["done", 0, 0]);
  });

  test("starts a call once it is admitted, even if a listener pauses the key at that moment and resumes it when a call waits", async () => {
    const { held, clock, limit, call } = heldBack(1);
    const told: string[] = [];
    const emit = ({ type }: { type: string }): void => {
      if (told.push(type) > 10) return; // or a failing test would never end
      if (type === "rate-limit-acquire") limit.pause("default", 5_000);
      else limit.resume("default");
    };
    const waiting = await call({ emit });
    held.clear();
    await clock.advance(1_000);
    expect(told).toEqual(["rate-limit-wait", "rate-limit-acquire"]);
    expect([waiting.seen, limit.pausedFor()]).toEqual([expect.anything(), 5_000]);
  });

  test("says only once that a call waits, so that a listener that resumes the key then cannot bring it back for ever", async () => {
    let asked = 0;
    const told: string[] = [];
    // Holds the call when it comes, and each time that it is about to start.
    const holdWhile = (): boolean => ++asked < 100 && asked % 2 === 1;
    const { call, clock, limit } = play((at) => semaphore({ permits: 1, holdWhile, clock: at }));
    const emit = ({ type }: { type: string }): void => {
      told.push(type);
      limit.resume("default");
    };
    const waiting = await call({ emit });
    await clock.advance(0);
    expect(asked).toBeLessThan(10);
    await clock.advance(100_000);
    expect(told).toEqual(["rate-limit-wait", "rate-limit-acquire"]);
    expect(waiting.seen).toBeDefined();
  });

  test("starts a call even if a listener holds its key at that moment and ends the hold when a call waits: no loop", async () => {
    const { held, clock, limit, call } = heldBack(1);
    const told: string[] = [];
    const emit = ({ type }: { type: string }): void => {
      if (told.push(type) > 10) return; // or a failing test would never end
      if (type === "rate-limit-acquire") held.add("default");
      else held.clear();
      limit.resume("default");
    };
    const waiting = await call({ emit });
    await clock.advance(1_000);
    expect(told).toEqual(["rate-limit-wait", "rate-limit-acquire"]);
    expect(waiting.seen).toBeDefined();
  });

  test("waits for a moment, and does not loop, if the function that holds it answers differently each time", async () => {
    let asked = 0;
    const holdWhile = (): boolean => {
      if (asked++ > 1_000 || clock.now() > start + 5_000) return false; // or a failing test would never end
      return asked % 2 === 0;
    };
    const { call, clock, limit } = play((at) => semaphore({ permits: 1, holdWhile, clock: at }));
    const start = clock.now();
    const calls = [await call(), await call(), await call()];
    for (const each of calls) each.resolve();
    await clock.advance(10_000);
    expect([calls.map(({ outcome }) => outcome), limit.active()]).toEqual([["done", "done", "done"], 0]);
    expect(asked).toBeLessThan(100);
  });

  test("is not held for longer because someone asks how long it is paused", async () => {
    const { held, clock, limit, call } = heldBack();
    const waiting = await call();
    await clock.advance(1_900);
    expect(limit.pausedFor()).toBe(1_000);
    held.clear();
    expect(limit.pausedFor()).toBe(100);
    await clock.advance(100);
    expect(waiting.seen).toBeDefined();
  });

  test.each(["resize", "resume", "abort", "run"] as const)(
    "loses no permit if the function that holds it interferes: %s",
    async (how) => {
      const caller = new AbortController();
      const { call, clock, limit, settle } = play((at) => semaphore({ permits: 2, holdWhile: interfere, clock: at }));
      let interferes = false;
      let asked = 0;
      const inner: Promise<unknown>[] = [];
      function interfere(): boolean {
        asked++;
        if (!interferes) return false;
        if (how === "resize") limit.resize(9);
        if (how === "resume") limit.resume("default");
        if (how === "abort") caller.abort("left");
        if (how === "run" && inner.length < 1_000) inner.push(limit.run(() => "checked"));
        return false;
      }
      const running = [await call(), await call()];
      const waiting = [await call({ signal: caller.signal }), await call(), await call()];
      interferes = true;
      for (const each of running) each.resolve();
      await settle();
      interferes = false;
      for (const each of waiting) each.resolve();
      await settle();
      expect(waiting.map(({ outcome }) => outcome)).toEqual([how === "abort" ? "left" : "done", "done", "done"]);
      await Promise.all(inner);
      expect([limit.active(), limit.waiting(), clock.pending]).toEqual([0, 0, 0]);
      expect(asked).toBeLessThan(100);
    },
  );

  test("starts no call that the function which holds it has aborted", async () => {
    const caller = new AbortController();
    const holdWhile = (): boolean => {
      caller.abort("left");
      return false;
    };
    const { call, limit } = play((clock) => semaphore({ permits: 1, holdWhile, clock }));
    const left = await call({ signal: caller.signal });
    expect([left.seen, left.outcome, limit.active(), limit.waiting()]).toEqual([undefined, "left", 0, 0]);
  });

  test("lets a caller abort a call that was taken back", async () => {
    const { held, clock, limit, call, settle } = heldBack(1);
    held.clear();
    await call();
    const caller = new AbortController();
    const waiting = await call({ signal: caller.signal });
    limit.resize(2);
    held.add("default");
    await settle();
    caller.abort("left");
    await settle();
    expect([waiting.outcome, limit.waiting(), limit.active(), clock.pending]).toEqual(["left", 0, 1, 0]);
  });

  test("is forgotten when nobody uses it, however long the hold lasts", async () => {
    const asked: string[] = [];
    const holdWhile = (key: string): boolean => asked.push(key) > 0;
    const { call, clock, limit } = play((at) => semaphore({ permits: 1, maxKeys: 2, holdWhile, clock: at }));
    for (let index = 0; index < 20; index++) {
      await call({ key: String(index), deadline: clock.now() + 500 });
      await clock.advance(2_000);
    }
    asked.length = 0;
    for (let index = 0; index < 20; index++) limit.pausedFor(String(index));
    expect(new Set(asked).size).toBeLessThan(5);
  });

  test("holds back no other key", async () => {
    const { call } = heldBack();
    expect((await call({ key: "other" })).seen).toBeDefined();
  });

  test("admits a call at once that arrives after the hold while none is waiting", async () => {
    const { held, call, clock } = heldBack();
    const first = await call({ deadline: clock.now() + 500 });
    expect(first.outcome).toBeInstanceOf(RateLimitError);
    expect(first.outcome).toMatchObject({ reason: "paused", retryAfter: 1_000 });
    held.clear();
    await clock.advance(1_000);
    expect((await call()).seen).toBeDefined();
  });

  test("waits for the calls that a slow start has admitted, even if others were accepted before the hold", async () => {
    const { held, clock, limit, call, settle } = heldBack();
    held.clear();
    limit.pause("default", 1_000);
    const [first, second, third] = [await call(), await call(), await call()];
    await clock.advance(1_000);
    first.resolve();
    await settle();
    expect([second.seen, third.seen]).toEqual([expect.anything(), expect.anything()]);
    held.add("default");
    const waiting = await call();
    held.clear();
    await clock.advance(1_000);
    expect([waiting.seen, limit.pausedFor()]).toEqual([undefined, 0]);
    second.resolve();
    await settle();
    expect(waiting.seen).toBeDefined();
  });

  test("has no timer left when all waiting calls have gone", async () => {
    const { call, clock, limit } = heldBack();
    const caller = new AbortController();
    const waiting = await call({ signal: caller.signal });
    caller.abort("left");
    await clock.advance(0);
    expect([waiting.outcome, limit.waiting(), clock.pending]).toEqual(["left", 0, 0]);
  });

  test("is not held by a function that throws: it must not hold calls for ever", async () => {
    const broken = (): boolean => {
      throw new Error("broken");
    };
    const { call } = play((clock) => semaphore({ permits: 1, holdWhile: broken, clock }));
    expect((await call()).seen).toBeDefined();
  });

  test("is held by a bucket as by a semaphore", async () => {
    let isHeld = true;
    const { call, clock } = play((at) =>
      tokenBucket({ limit: 10, interval: 1_000, holdWhile: () => isHeld, clock: at }),
    );
    const waiting = await call();
    await clock.advance(3_000);
    expect(waiting.seen).toBeUndefined();
    isHeld = false;
    await clock.advance(1_000);
    expect(waiting.seen).toBeDefined();
  });

  test("requires a function", () => {
    const wrong = { permits: 1, holdWhile: true as never };
    expect(() => semaphore(wrong)).toThrow("Expected `holdWhile` to be a function, got");
  });
});
