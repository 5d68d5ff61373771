import { describe, expect, test } from "vitest";
import { RateLimitError, semaphore, tokenBucket } from "../src/index.ts";
import { play, type Play, type Played } from "./play.ts";

/** A limiter whose keys rest while the test says so. */
function heldBack(permits = Infinity): Play<ReturnType<typeof semaphore>> & { held: Set<string> } {
  const held = new Set(["default"]);
  return { held, ...play((clock) => semaphore({ permits, holdWhile: (key) => held.has(key), clock })) };
}

describe("a key that is held back", () => {
  test("lets nobody through, asks again each second, and then starts slowly", async () => {
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

  test("lets one through at a time while each that goes first is held back anew", async () => {
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

  test("holds back no other key", async () => {
    const { call } = heldBack();
    expect((await call({ key: "other" })).seen).toBeDefined();
  });

  test("is asked at once for a call that comes when the hold is over and nobody waited", async () => {
    const { held, call, clock } = heldBack();
    const first = await call({ deadline: clock.now() + 500 });
    expect(first.outcome).toBeInstanceOf(RateLimitError);
    expect(first.outcome).toMatchObject({ reason: "paused", retryAfter: 1_000 });
    held.clear();
    await clock.advance(1_000);
    expect((await call()).seen).toBeDefined();
  });

  test("keeps no timer when all who waited have gone", async () => {
    const { call, clock, limit } = heldBack();
    const caller = new AbortController();
    const waiting = await call({ signal: caller.signal });
    caller.abort("left");
    await clock.advance(0);
    expect([waiting.outcome, limit.waiting(), clock.pending]).toEqual(["left", 0, 0]);
  });

  test("is let go by a rule that fails: it must not hold calls for ever", async () => {
    const broken = (): boolean => {
      throw new Error("a rule that fails");
    };
    const { call } = play((clock) => semaphore({ permits: 1, holdWhile: broken, clock }));
    expect((await call()).seen).toBeDefined();
  });

  test("waits for tokens as for permits", async () => {
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

  test("must be told by a function", () => {
    const wrong = { permits: 1, holdWhile: true as never };
    expect(() => semaphore(wrong)).toThrow("Expected `holdWhile` to be a function, got");
  });
});
