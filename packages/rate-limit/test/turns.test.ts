import { startCall } from "@evenkeel/core";
import { fakeClock } from "@evenkeel/testkit";
import { describe, expect, test } from "vitest";
import { semaphore } from "../src/index.ts";
import { deferred } from "./play.ts";

interface Caller {
  /** How long he waits, in ms. */
  readonly patience?: number;
  readonly attempt?: number;
  readonly priority?: number;
  readonly signal?: AbortSignal;
}

/** How many must give up in front. */
const many = 10;

/** One permit for all. Whoever gets it gives it back at once, unless it is held. */
function playQueue() {
  const clock = fakeClock(1e6);
  const limit = semaphore({ permits: 1, clock, priority: ({ cost }) => cost });
  let held = deferred<void>();
  let order: string[] = [];

  function ask(name: string, { patience = Infinity, attempt = 1, priority, signal }: Caller = {}): void {
    const call = startCall(name, { deadline: clock.now() + patience, cost: priority, signal });
    limit({ ...call, attempt }, async () => order.push(name)).catch(() => {});
  }

  return {
    clock,
    limit,
    ask,
    hold(): void {
      held = deferred();
      void limit(startCall("holds it"), () => held.promise);
    },
    /** Lets everybody have the permit, and returns in which order they got it. */
    async release(): Promise<string[]> {
      order = [];
      held.resolve();
      await clock.advance(0);
      return order;
    },
  };
}

describe("while callers are more patient than the queue is long", () => {
  test("whoever came first goes first", async () => {
    const { ask, hold, release } = playQueue();
    hold();
    for (const name of ["a", "b", "c"]) ask(name, { patience: 1_000 });
    expect(await release()).toEqual(["a", "b", "c"]);
  });

  test("one behind may give up: the order stays", async () => {
    const { ask, clock, hold, release } = playQueue();
    hold();
    ask("a");
    ask("impatient", { patience: 1_000 });
    ask("b");
    await clock.advance(1_000);
    expect(await release()).toEqual(["a", "b"]);
  });
});

test("while few have given up in front, whoever came first goes first", async () => {
  const { ask, clock, hold, release } = playQueue();
  hold();
  for (let lost = 1; lost < many; lost++) ask("gives up", { patience: 1_000 });
  for (const name of ["a", "b"]) ask(name);
  await clock.advance(1_000);
  expect(await release()).toEqual(["a", "b"]);
});

describe("once many in front have given up", () => {
  /** Some who give up after a second, while others come: `callers`, at the same moment. */
  async function playLoss(callers: Readonly<Record<string, Caller>> = { a: {}, b: {}, c: {} }) {
    const game = playQueue();
    game.hold();
    for (let lost = 0; lost < many; lost++) game.ask("gives up", { patience: 1_000 });
    await game.clock.advance(500);
    for (const [name, caller] of Object.entries(callers)) game.ask(name, caller);
    await game.clock.advance(500);
    return game;
  }

  test("the newest goes first", async () => {
    const { release } = await playLoss();
    expect(await release()).toEqual(["c", "b", "a"]);
  });

  test("by an abort, too", async () => {
    const { ask, clock, hold, release } = playQueue();
    const controller = new AbortController();
    hold();
    for (let lost = 0; lost < many; lost++) ask("gives up", controller);
    await clock.advance(10);
    for (const name of ["a", "b"]) ask(name);
    controller.abort();
    expect(await release()).toEqual(["b", "a"]);
  });

  test("because a pause will be too long for them, too", async () => {
    const { ask, clock, hold, limit, release } = playQueue();
    hold();
    for (let lost = 0; lost < many; lost++) ask("gives up", { patience: 1_000 });
    await clock.advance(900);
    for (const name of ["a", "b"]) ask(name);
    limit.pause("default", 200);
    await clock.advance(200);
    expect((await release())[0]).toBe("b");
  });

  test("the highest priority still goes first, and the newest of it", async () => {
    const { ask, release } = await playLoss({ a: {}, b: {} });
    for (const name of ["urgent", "also urgent"]) ask(name, { priority: 5 });
    expect(await release()).toEqual(["also urgent", "urgent", "b", "a"]);
  });

  test("a repeated attempt is as new as any other that came at that time", async () => {
    const { ask, release } = await playLoss({ a: {} });
    ask("repeated", { attempt: 2 });
    ask("b");
    expect(await release()).toEqual(["b", "repeated", "a"]);
  });

  test("he who has waited for twice as long goes first again: he may be more patient", async () => {
    for (const [wait, first] of [
      [1_999, "late"],
      [2_000, "a"],
    ] as const) {
      const { ask, clock, release } = await playLoss();
      await clock.advance(wait - 500); // they have waited for 500 ms
      ask("late");
      expect((await release())[0]).toBe(first);
    }
  });

  test("the longest patience counts", async () => {
    const { ask, clock, release } = await playLoss({ a: { patience: 600 }, b: {} });
    await clock.advance(1_400);
    ask("late");
    expect(await release()).toEqual(["late", "b"]);
  });

  test("the order is that of arrival again when the queue has been empty", async () => {
    const { ask, hold, release } = await playLoss();
    await release();
    hold();
    for (const name of ["d", "e"]) ask(name);
    expect(await release()).toEqual(["d", "e"]);
  });
});
