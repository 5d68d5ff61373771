import { getEventListeners } from "node:events";
import {
  checkNumber,
  layer,
  startCall,
  wrap,
  type Call,
  type Classify,
  type Clock,
  type Emit,
  type Next,
  type Verdict,
} from "@evenkeel/core";
import { fakeClock, mockNext, seededRandom } from "@evenkeel/testkit";
import { describe, expect, test, vi } from "vitest";
import {
  constant,
  decorrelated,
  retry,
  retryBudget,
  type Backoff,
  type Replay,
  type RetryEvent,
} from "../src/index.ts";

/** Makes an error that says itself what it means. */
function failure(verdict: Partial<Verdict> = {}): Error {
  const server: Verdict = { action: "retry", kind: "server", processed: "maybe", health: "failure" };
  return Object.assign(new Error("down"), { verdict: { ...server, ...verdict } });
}

/** A refusal of a layer below. */
function refusal(): Error {
  return failure({ action: "elsewhere", kind: "refused", processed: "no", health: "neutral" });
}

/** Fails with each of `errors` in turn, then succeeds. */
function failing(...errors: unknown[]): Next<unknown, string> & { calls: Call[] } {
  const calls: Call[] = [];
  const next = async (call: Call): Promise<string> => {
    calls.push(call);
    if (calls.length <= errors.length) throw errors[calls.length - 1];
    return "done";
  };
  return Object.assign(next, { calls });
}

const atOnce = constant(0);

describe("attempts", () => {
  test("a layer below that throws at once, before there is a promise, is tried again like any other failure", async () => {
    const down = failure();
    let calls = 0;
    const next: Next<unknown, string> = () => {
      if (++calls < 3) throw down;
      return Promise.resolve("done");
    };
    const events: RetryEvent[] = [];
    const call = startCall("input", { emit: (event: RetryEvent) => events.push(event) });
    expect(await retry({ backoff: atOnce })(call, next)).toBe("done");
    expect(events).toMatchObject([
      { type: "retry", attempt: 1, error: down },
      { type: "retry", attempt: 2, error: down },
    ]);
  });

  test("a success passes through: the call itself, once, without a timer", async () => {
    const clock = fakeClock();
    const next = failing();
    const call = startCall("input");
    expect(await retry({ clock })(call, next)).toBe("done");
    expect(next.calls).toEqual([call]);
    expect(next.calls[0]).toBe(call);
    expect(clock.pending).toBe(0);
  });

  test("a failure is tried again until it succeeds", async () => {
    const clock = fakeClock();
    const { next, request } = mockNext<string>();
    const answer = retry({ clock, backoff: constant(100) }).run(next);
    (await request()).reject(failure());
    await clock.advance(100);
    (await request()).reject(failure());
    await clock.advance(100);
    (await request()).resolve("hello");
    expect(await answer).toBe("hello");
  });

  test("each further attempt knows its number and has work of its own under the same root", async () => {
    const next = failing(failure(), failure());
    const call = startCall("input", { key: "provider", cost: 7, deadline: 9_000 });
    await retry({ backoff: atOnce, clock: fakeClock() })(call, next);
    expect(next.calls.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    expect(new Set(next.calls.map(({ work }) => work)).size).toBe(3);
    for (const { input, signal, key, cost, deadline, work } of next.calls) {
      expect({ input, key, cost, deadline }).toEqual({ input: "input", key: "provider", cost: 7, deadline: 9_000 });
      expect(signal).toBe(call.signal);
      expect(work.root).toBe(call.work);
    }
  });

  test("by default three retries follow, and the last error itself comes out", async () => {
    const errors = [failure(), failure(), failure(), failure(), failure()];
    const clock = fakeClock();
    const next = failing(...errors);
    const answer = retry({ clock }).run(next);
    answer.catch(() => {});
    while (await clock.next());
    await expect(answer).rejects.toBe(errors[3]);
    expect(next.calls.length).toBe(4);
  });

  test("without retries the first failure comes out", async () => {
    const error = failure();
    const next = failing(error);
    await expect(retry({ retries: 0 }).run(next)).rejects.toBe(error);
    expect(next.calls.length).toBe(1);
  });

  test("retries without end go on until success, and keep no chain of attempts", async () => {
    const next = failing(...Array(10_000).fill(failure()));
    expect(await retry({ retries: Infinity, backoff: atOnce }).run(next)).toBe("done");
    expect(next.calls.length).toBe(10_001);
  });

  test("under an outer retry the numbers go on from the outer attempt's, and both count their own", async () => {
    const events: RetryEvent[] = [];
    const next = failing(failure(), failure(), failure());
    const twice = { retries: 1, backoff: atOnce };
    await wrap(next, retry(twice), retry(twice))(undefined, { emit: (event: RetryEvent) => events.push(event) });
    expect(next.calls.map(({ attempt }) => attempt)).toEqual([1, 2, 2, 3]);
    expect(events.map((event) => [event.type, event.attempt])).toEqual([
      ["retry", 1],
      ["retry-give-up", 2],
      ["retry", 1],
      ["retry", 2],
    ]);
  });

  test("1,000 calls at once share nothing but the layer", async () => {
    const clock = fakeClock();
    const again = retry({ clock, random: seededRandom(3) });
    const nexts = Array.from({ length: 1_000 }, (_, i) => failing(...Array(i % 4).fill(failure())));
    const answers = Promise.all(nexts.map((next) => again.run(next)));
    while (await clock.next());
    expect(new Set(await answers)).toEqual(new Set(["done"]));
    expect(nexts.map(({ calls }) => calls.length)).toEqual(nexts.map((_, i) => 1 + (i % 4)));
  });
});

describe("verdicts", () => {
  test.each(["stop", "elsewhere", "change", "accept"] as const)("%s ends the call with its error", async (action) => {
    const error = failure({ action });
    const next = failing(error);
    await expect(retry({ backoff: atOnce }).run(next)).rejects.toBe(error);
    expect(next.calls.length).toBe(1);
  });

  test("what nobody knows is tried again", async () => {
    const next = failing("odd", undefined, new TypeError("fetch failed"));
    expect(await retry({ backoff: atOnce }).run(next)).toBe("done");
  });

  test("a cost or a limit that is no number ends the retries: no other attempt mends it", async () => {
    const limits = [1_000];
    const next = vi.fn<(call: Call) => Promise<string>>(async ({ attempt }) => {
      checkNumber("limit()", limits[attempt - 1]!);
      throw failure();
    });
    await expect(retry({ backoff: atOnce }).run(next)).rejects.toThrow("Expected `limit()` to be a number");
    expect(next).toHaveBeenCalledTimes(2);
  });

  test("the layer's own classify is asked first, then the error, then the call's", async () => {
    const classify = (error: unknown) => (error === "mine" ? ({ action: "stop" } as const) : undefined);
    const again = retry({ backoff: atOnce, classify });
    await expect(again.run(failing("mine"))).rejects.toBe("mine");
    const own = failure({ action: "stop" });
    await expect(again.run(failing(own), { classify: () => ({ action: "retry" }) })).rejects.toBe(own);
    await expect(again.run(failing("theirs"), { classify: () => ({ action: "stop" }) })).rejects.toBe("theirs");
  });
});

describe("waits", () => {
  test("reproduces the published waits of the AWS SDKs for mixed failures: the exponent counts the retries of either kind", async () => {
    const clock = fakeClock();
    const kinds = ["rate-limit", "rate-limit", "server", "server", "server", "server", "rate-limit"] as const;
    const backoff: Backoff = ({ attempt, error }) => {
      const { kind } = (error as { verdict: Verdict }).verdict;
      return Math.min(20_000, (kind === "rate-limit" ? 1_000 : 50) * 2 ** (attempt - 1));
    };
    const delays: number[] = [];
    const emit = (event: RetryEvent): void => void (event.type === "retry" && delays.push(event.delay));
    const next = failing(...kinds.map((kind) => failure({ kind })));
    const answer = retry({ retries: 7, backoff, clock }).run(next, { emit });
    await clock.advance(60_000);
    expect(await answer).toBe("done");
    expect(delays).toEqual([1_000, 2_000, 200, 400, 800, 1_600, 20_000]);
  });

  /** Returns the waits between the attempts of a call that fails with `errors`. */
  async function waits(errors: unknown[], options: Parameters<typeof retry>[0]): Promise<number[]> {
    const clock = fakeClock(1_000_000);
    const times: number[] = [];
    const next = failing(...errors);
    const answer = retry({ retries: errors.length, clock, ...options }).run((call) => {
      times.push(clock.now());
      return next(call);
    });
    answer.catch(() => {});
    while (await clock.next());
    await answer;
    return times.slice(1).map((time, i) => time - times[i]!);
  }

  test("by default double from half a second, fully jittered by the random that was given", async () => {
    expect(await waits(Array(4).fill(failure()), { random: () => 0.5 })).toEqual([250, 500, 1_000, 2_000]);
  });

  test("a backoff sees the attempt that failed, its error, and the wait before it", async () => {
    const seen: unknown[] = [];
    const errors = [failure(), failure(), failure()];
    const backoff: Backoff = ({ attempt, previous, error }) => {
      seen.push([attempt, previous, error]);
      return attempt * 10;
    };
    await waits(errors, { backoff });
    expect(seen).toEqual([
      [1, 0, errors[0]],
      [2, 10, errors[1]],
      [3, 20, errors[2]],
    ]);
  });

  test("decorrelated waits build on one another within a call, and start anew in the next", async () => {
    const backoff = decorrelated({ initial: 100 });
    const options = { backoff, random: () => 0.5 };
    expect(await waits(Array(3).fill(failure()), options)).toEqual([200, 350, 575]);
    expect(await waits(Array(3).fill(failure()), options)).toEqual([200, 350, 575]);
  });

  test("of no length arm no timer", async () => {
    const after = vi.fn<Clock["after"]>();
    await retry({ backoff: atOnce, clock: { now: () => 0, after } }).run(failing(failure(), failure()));
    expect(after).not.toHaveBeenCalled();
  });

  test("a server's hint is a floor: jitter goes only up from it, by at most a tenth", async () => {
    const hinted = [failure({ retryAfter: 2_000 })];
    expect(await waits(hinted, { backoff: constant(100), random: () => 0 })).toEqual([2_000]);
    expect(await waits(hinted, { backoff: constant(100), random: () => 0.5 })).toEqual([2_100]);
    const [longest] = await waits(hinted, { backoff: constant(100), random: () => 1 - Number.EPSILON });
    expect(longest).toBeCloseTo(2_200);
  });

  test("a hint is not ignored because `random` returns nothing: the call fails, and says so", async () => {
    const random = (): never => undefined as never;
    const call = retry({ backoff: constant(100), random }).run(failing(failure({ retryAfter: 2_000 })));
    await expect(call).rejects.toThrow("Expected `random()` to be a number >= 0 and <= 1, got undefined");
  });

  test("a backoff that is at least as long as the hint stays as it is", async () => {
    const hinted = [failure({ retryAfter: 2_000 })];
    expect(await waits(hinted, { backoff: constant(2_050) })).toEqual([2_050]);
    expect(await waits(hinted, { backoff: constant(2_000) })).toEqual([2_000]);
  });

  test("a hint that is no number is none", async () => {
    expect(await waits([failure({ retryAfter: NaN })], { backoff: constant(70) })).toEqual([70]);
  });

  test("a hint at the limit is kept, one above it ends the retries at once", async () => {
    const options = { maxRetryAfter: 5_000, backoff: atOnce, random: () => 0 };
    expect(await waits([failure({ retryAfter: 5_000 })], options)).toEqual([5_000]);
    const clock = fakeClock();
    const error = failure({ retryAfter: 5_001 });
    const next = failing(error);
    await expect(retry({ ...options, clock }).run(next)).rejects.toBe(error);
    expect([next.calls.length, clock.pending]).toEqual([1, 0]);
  });

  test("by default a hint may be a minute long", async () => {
    expect(await waits([failure({ retryAfter: 60_000 })], { random: () => 0 })).toEqual([60_000]);
    const error = failure({ retryAfter: 60_001 });
    await expect(waits([error], {})).rejects.toBe(error);
  });

  test.each([
    ["a backoff", failure(), constant(1_000)],
    ["a hint", failure({ retryAfter: 1_000 }), atOnce],
  ])("%s that would reach the deadline ends the retries at once with the real failure", async (_, error, backoff) => {
    const clock = fakeClock(5_000);
    const next = failing(error);
    const again = retry({ backoff, clock, random: () => 0 });
    await expect(again.run(next, { deadline: 6_000 })).rejects.toBe(error);
    expect([next.calls.length, clock.pending]).toEqual([1, 0]);
    const answer = again.run(failing(error), { deadline: 6_001 });
    await clock.advance(1_000);
    expect(await answer).toBe("done");
  });

  test("no retry starts after the deadline, not even without a wait", async () => {
    const clock = fakeClock(6_000);
    const error = failure();
    await expect(retry({ backoff: atOnce, clock }).run(failing(error), { deadline: 6_000 })).rejects.toBe(error);
  });

  test("no retry starts after the deadline, not even if the process was suspended during the wait", async () => {
    let now = 0;
    let wake!: () => void;
    const clock: Clock = { now: () => now, after: (_ms, fn) => ((wake = fn), () => {}) };
    const error = failure();
    const next = failing(error);
    const reasons: unknown[] = [];
    const emit: Emit = (event) => reasons.push("reason" in event && event.reason);
    const answer = retry({ clock, backoff: constant(1_000) }).run(next, { deadline: 6_000, emit });
    await Promise.resolve();
    now = 60_000;
    wake();
    await expect(answer).rejects.toBe(error);
    expect([next.calls.length, reasons]).toEqual([1, [false, "deadline"]]);
  });

  test("an endless backoff ends the retries", async () => {
    const error = failure();
    await expect(retry({ backoff: () => Infinity }).run(failing(error))).rejects.toBe(error);
  });
});

describe("the caller's abort", () => {
  const reason = new Error("the user left");

  test("ends a backoff at once with its reason; nothing is called again, no timer and no listener stays", async () => {
    const clock = fakeClock();
    const controller = new AbortController();
    const next = failing(...Array(100).fill(failure()));
    const answers = Array.from({ length: 100 }, () =>
      retry({ clock, backoff: constant(60_000) }).run(next, { signal: controller.signal }),
    );
    const settled = Promise.allSettled(answers);
    await clock.advance(10);
    expect(clock.pending).toBe(100);
    controller.abort(reason);
    expect(await settled).toEqual(answers.map(() => ({ status: "rejected", reason })));
    expect(clock.pending).toBe(0);
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
    await clock.advance(120_000);
    expect(next.calls.length).toBe(100);
  });

  test("a thousand aborted backoffs leave nothing behind", async () => {
    const clock = fakeClock();
    const again = retry({ clock, backoff: constant(60_000) });
    const controllers = Array.from({ length: 1_000 }, () => new AbortController());
    const answers = controllers.map(({ signal }) => again.run(failing(failure()), { signal }));
    const settled = Promise.allSettled(answers);
    await clock.advance(10);
    expect(clock.pending).toBe(1_000);
    for (const controller of controllers) controller.abort(reason);
    expect((await settled).every((result) => result.status === "rejected" && result.reason === reason)).toBe(true);
    expect(clock.pending).toBe(0);
    expect(controllers.flatMap(({ signal }) => getEventListeners(signal, "abort"))).toEqual([]);
  });

  test("during an attempt: whatever the attempt then fails with, the reason comes out", async () => {
    const controller = new AbortController();
    const { next, request } = mockNext();
    const call = startCall(undefined, { signal: controller.signal });
    const answer = retry({ backoff: atOnce })(call, next);
    const first = await request();
    controller.abort(reason);
    first.reject(failure());
    await expect(answer).rejects.toBe(reason);
    expect(call.work.root.lastError).toBeUndefined();
  });

  test("an attempt that succeeds in spite of it has succeeded", async () => {
    const controller = new AbortController();
    const { next, request } = mockNext();
    const answer = retry().run(next, { signal: controller.signal });
    const first = await request();
    controller.abort(reason);
    first.resolve("done");
    expect(await answer).toBe("done");
  });

  test("in the same moment as the timer: the operation is not called again", async () => {
    const controller = new AbortController();
    const clock: Clock = {
      now: () => 0,
      after(_, fn) {
        fn();
        controller.abort(reason);
        return () => {};
      },
    };
    const next = failing(failure());
    await expect(retry({ clock }).run(next, { signal: controller.signal })).rejects.toBe(reason);
    expect(next.calls.length).toBe(1);
  });

  test.each(["classify", "replay", "backoff", "emit"])("inside %s: the operation is not called again", async (name) => {
    const controller = new AbortController();
    const abort = (at: string): void => {
      if (at === name) controller.abort(reason);
    };
    const again = retry({
      classify: () => (abort("classify"), undefined),
      replay: () => (abort("replay"), true),
      backoff: () => (abort("backoff"), 0),
    });
    const next = failing(failure());
    const { signal } = controller;
    await expect(again.run(next, { signal, emit: () => abort("emit") })).rejects.toBe(reason);
    expect(next.calls.length).toBe(1);
  });

  test("inside a callback that also ends the retries is still an abort", async () => {
    const controller = new AbortController();
    const classify: Classify = () => {
      controller.abort(reason);
      return { action: "stop" };
    };
    const answer = retry({ classify }).run(failing(failure()), { signal: controller.signal });
    await expect(answer).rejects.toBe(reason);
  });

  test("is told to nobody as giving up", async () => {
    const emit = vi.fn<Emit>();
    const controller = new AbortController();
    const { next, request } = mockNext();
    const answer = retry().run(next, { signal: controller.signal, emit });
    const first = await request();
    controller.abort(reason);
    first.reject(failure());
    await expect(answer).rejects.toBe(reason);
    expect(emit).not.toHaveBeenCalled();
  });
});

describe("callbacks that fail", () => {
  const bug = new Error("a bug");
  const throws = (): never => {
    throw bug;
  };

  test.each([
    ["classify", { classify: throws }],
    ["replay", { replay: throws }],
    ["backoff", { backoff: throws }],
    ["random", { random: throws }],
    ["budget.withdraw", { budget: { ...retryBudget(), withdraw: throws } }],
  ])("%s: the call rejects with what was thrown, and leaves nothing behind", async (_, options) => {
    const clock = fakeClock();
    const next = failing(failure());
    await expect(retry({ clock, ...options }).run(next)).rejects.toBe(bug);
    expect([next.calls.length, clock.pending]).toEqual([1, 0]);
  });

  test("a classify that returns a boolean: the call rejects with the mistake, rather than never retry without a word", async () => {
    const next = failing(failure());
    const answer = retry({ classify: (() => true) as unknown as Classify }).run(next);
    await expect(answer).rejects.toThrow("Expected `classify().action` to be");
    expect(next.calls.length).toBe(1);
  });

  test("a budget that fails on a deposit does not have the success repeated", async () => {
    const again = retry({ backoff: atOnce, budget: { ...retryBudget(), deposit: throws } });
    const first = failing();
    await expect(again.run(first)).rejects.toBe(bug);
    expect(first.calls.length).toBe(1);
    const second = failing(failure());
    await expect(again.run(second)).rejects.toBe(bug);
    expect(second.calls.length).toBe(2);
  });

  test.each([
    [-1, RangeError, "Expected `backoff()` to be a number >= 0, got -1"],
    [NaN, RangeError, "Expected `backoff()` to be a number >= 0, got NaN"],
    [undefined, TypeError, "Expected `backoff()` to be a number >= 0, got undefined"],
    [Promise.resolve(5), TypeError, "Expected `backoff()` to be a number >= 0, got [object Promise]"],
  ])("a backoff of %s is refused by name", async (delay, type, message) => {
    const answer = retry({ backoff: () => delay as number }).run(failing(failure()));
    await expect(answer).rejects.toThrow(type);
    await expect(answer).rejects.toThrow(message);
  });
});

describe("refusals of a layer below", () => {
  test("are not tried again, and come out themselves where nothing had failed before", async () => {
    const error = refusal();
    const next = failing(error);
    const call = startCall(undefined);
    await expect(retry({ backoff: atOnce })(call, next)).rejects.toBe(error);
    expect(next.calls.length).toBe(1);
    expect(call.work.root.lastError).toBeUndefined();
  });

  test("that end a call which had already failed give way to the real failure", async () => {
    const errors = [failure(), failure(), refusal()];
    const emit = vi.fn<Emit>();
    await expect(retry({ backoff: atOnce }).run(failing(...errors), { emit })).rejects.toBe(errors[1]);
    expect(emit).toHaveBeenLastCalledWith(
      expect.objectContaining({ type: "retry-give-up", attempts: 3, error: errors[1], reason: "verdict" }),
    );
  });

  test("may be tried again where classify says so", async () => {
    const classify = () => ({ action: "retry", kind: "refused" }) as const;
    const errors = [refusal(), refusal()];
    expect(await retry({ backoff: atOnce, classify }).run(failing(...errors))).toBe("done");
    const once = retry({ backoff: atOnce, classify, retries: 1 });
    await expect(once.run(failing(...errors))).rejects.toBe(errors[1]);
  });

  test("every real failure is kept as the call's last error, while it is waited for too", async () => {
    const clock = fakeClock();
    const errors = [failure(), failure({ action: "stop" })];
    const call = startCall(undefined);
    const answer = retry({ clock, backoff: constant(10) })(call, failing(...errors));
    answer.catch(() => {});
    await clock.advance(0);
    expect(call.work.root.lastError).toBe(errors[0]);
    await clock.advance(10);
    expect(call.work.root.lastError).toBe(errors[1]);
  });
});

describe("replay", () => {
  const untouched = failure({ processed: "no" });
  const perhaps = failure({ processed: "maybe" });
  const done = failure({ processed: "yes" });

  test("always, by default", async () => {
    expect(await retry({ backoff: atOnce }).run(failing(untouched, perhaps, done))).toBe("done");
  });

  test("only of what was surely not processed, where asked", async () => {
    const again = retry({ backoff: atOnce, replay: "unprocessed" });
    expect(await again.run(failing(untouched, untouched))).toBe("done");
    await expect(again.run(failing(untouched, perhaps))).rejects.toBe(perhaps);
    await expect(again.run(failing(done))).rejects.toBe(done);
    await expect(again.run(failing("of unknown effect"))).rejects.toBe("of unknown effect");
  });

  test("as a function decides, which sees the verdict, the error and the call", async () => {
    const replay = vi.fn<Replay>((_verdict, _error, call) => call.input === "idempotent");
    const ask = (input: string, next: Next<unknown, string>) => wrap(next, retry({ backoff: atOnce, replay }))(input);
    expect(await ask("idempotent", failing(done))).toBe("done");
    expect(replay).toHaveBeenCalledWith(
      expect.objectContaining({ processed: "yes" }),
      done,
      expect.objectContaining({ input: "idempotent" }),
    );
    await expect(ask("payment", failing(done))).rejects.toBe(done);
  });

  test("as a function sees which attempt failed", async () => {
    const seen: number[] = [];
    const replay: Replay = (_verdict, _error, { attempt }) => seen.push(attempt) < 3;
    await expect(retry({ backoff: atOnce, replay }).run(failing(done, done, done))).rejects.toBe(done);
    expect(seen).toEqual([1, 2, 3]);
  });
});

describe("the budget", () => {
  test("that is spent is asked for each retry: what nobody asks for may be forgotten", async () => {
    let asked = 0;
    const budget = retryBudget({ reserve: 0 });
    const counting = { ...budget, withdraw: (key: string) => (asked++, budget.withdraw(key)) };
    const again = retry({ budget: counting, backoff: atOnce });
    for (const _ of [1, 2]) await again.run(failing(failure())).catch(() => {});
    expect(asked).toBe(2);
  });

  test("ends the call if it refuses a retry in spite of its balance, as one that several processes share may do", async () => {
    const budget = { ...retryBudget(), withdraw: () => false };
    const error = failure();
    const emit = vi.fn<Emit>();
    await expect(retry({ budget, backoff: atOnce }).run(failing(error), { emit })).rejects.toBe(error);
    expect(emit).toHaveBeenLastCalledWith(expect.objectContaining({ type: "retry-give-up", reason: "budget" }));
  });

  test("is charged at the decision, before the wait", async () => {
    const clock = fakeClock();
    const budget = retryBudget({ reserve: 5 });
    const { next, request } = mockNext();
    const answer = retry({ budget, clock, backoff: constant(1_000) }).run(next, { key: "a" });
    (await request()).reject(failure());
    await clock.advance(0);
    expect([budget.balance("a"), clock.pending]).toEqual([4, 1]);
    await clock.advance(1_000);
    (await request()).resolve("done");
    await answer;
  });

  test("that refuses ends the call with the last real failure, without a wait", async () => {
    const clock = fakeClock();
    const budget = retryBudget({ reserve: 1 });
    const errors = [failure(), failure()];
    const next = failing(...errors);
    await expect(retry({ budget, clock, backoff: atOnce }).run(next)).rejects.toBe(errors[1]);
    expect([next.calls.length, clock.pending]).toEqual([2, 0]);
  });

  test("earns from the first attempt's success and from a later one's, once a call", async () => {
    const budget = retryBudget({ deposit: 1, reserve: 10 });
    const again = retry({ budget, backoff: atOnce });
    await again.run(failing());
    expect(budget.balance("default")).toBe(11);
    await again.run(failing(failure(), failure()));
    expect(budget.balance("default")).toBe(10);
    await again.run(failing(failure({ action: "stop" }))).catch(() => {});
    expect(budget.balance("default")).toBe(10);
  });

  test("pays for nothing that is not tried again", async () => {
    const budget = retryBudget({ reserve: 10 });
    const fails = (options: object, error: Error): Promise<unknown> =>
      retry({ budget, backoff: constant(10), ...options })
        .run(failing(error), { deadline: 1 })
        .catch(() => {});
    await fails({}, failure({ action: "stop" }));
    await fails({ retries: 0 }, failure());
    await fails({ replay: "unprocessed" }, failure());
    await fails({ maxRetryAfter: 10 }, failure({ retryAfter: 11 }));
    await fails({}, failure());
    expect(budget.balance("default")).toBe(10);
  });

  test.each<[paid: number, what: string, verdict: Partial<Verdict>]>([
    [1, "throttling that did not say for how long", { kind: "rate-limit" }],
    [1, "throttling that said for no time at all", { kind: "rate-limit", retryAfter: 0 }],
    [1, "a failure that said for how long", { kind: "overloaded", retryAfter: 5_000 }],
    [1, "throttling that said for how long", { kind: "rate-limit", retryAfter: 5_000 }],
  ])("pays %i after %s", async (paid, _, verdict) => {
    const clock = fakeClock();
    const budget = retryBudget({ reserve: 10, deposit: 0 });
    const answer = retry({ budget, clock }).run(failing(failure({ health: "neutral", ...verdict })));
    await clock.advance(10_000);
    expect(await answer).toBe("done");
    expect(budget.balance("default")).toBe(10 - paid);
  });

  test("pays once for all calls that are throttled while the first of them waits, even if it is spent by then", async () => {
    const clock = fakeClock();
    const budget = retryBudget({ reserve: 1, deposit: 0, clock });
    const again = retry({ budget, clock, random: () => 0 });
    const throttled = (retryAfter: number): Error => failure({ kind: "rate-limit", processed: "no", retryAfter });
    const calls: Promise<unknown>[] = [];
    const start = (...errors: Error[]): void => void calls.push(again.run(failing(...errors)).catch(String));
    start(throttled(1_000));
    await clock.advance(999);
    start(throttled(1_000)); // free, and extends nothing
    start(throttled(0.5), throttled(1_000)); // free only once
    start(failure({ retryAfter: 1_000 })); // not throttled, so it would have to be paid for
    await clock.advance(1);
    start(throttled(1_000)); // the pause that was paid for is over
    await clock.advance(10_000);
    expect(await Promise.all(calls)).toEqual(["done", "done", "Error: down", "Error: down", "Error: down"]);
  });

  test("keeps a balance for each upstream", async () => {
    const budget = retryBudget({ reserve: 2 });
    const again = retry({ budget, backoff: atOnce });
    await again.run(failing(failure(), failure()), { key: "a" });
    expect([budget.balance("a"), budget.balance("b")]).toEqual([0.3, 2]);
  });
});

describe("events", () => {
  test("tell every retry and nothing of a success", async () => {
    const events: RetryEvent[] = [];
    const emit = (event: RetryEvent): void => void events.push(event);
    const errors = [failure({ retryAfter: 5, processed: "yes" }), failure()];
    const call = startCall(undefined, { key: "provider", emit });
    const clock = fakeClock();
    const answer = retry({ clock, backoff: constant(20) })(call, failing(...errors));
    await clock.advance(40);
    await answer;
    const common = { type: "retry", key: "provider", call: call.work.root, delay: 20, mayBillTwice: true };
    const [first, second] = errors;
    expect(events).toEqual([
      { ...common, attempt: 1, error: first, verdict: expect.objectContaining({ retryAfter: 5, processed: "yes" }) },
      { ...common, attempt: 2, error: second, verdict: expect.objectContaining({ processed: "maybe" }) },
    ]);
  });

  test.each([
    ["verdict", { retries: 5 }, [failure(), failure({ action: "stop" })]],
    ["retries", { retries: 1 }, [failure(), failure()]],
    ["processed", { replay: "unprocessed" }, [failure({ processed: "no" }), failure()]],
    ["retry-after", {}, [failure(), failure({ retryAfter: 60_001 })]],
    ["deadline", { backoff: ({ attempt }: { attempt: number }) => (attempt - 1) * 1_000 }, [failure(), failure()]],
    ["budget", { budget: retryBudget({ reserve: 1 }) }, [failure(), failure()]],
  ] as const)("giving up for %s tells the attempts made", async (reason, options, errors) => {
    const events: RetryEvent[] = [];
    const emit = (event: RetryEvent): void => void events.push(event);
    const clock = fakeClock();
    const next = failing(...errors);
    const answer = retry({ clock, backoff: atOnce, ...options }).run(next, { emit, deadline: 1_000 });
    await expect(answer).rejects.toBe(errors[1]);
    expect(next.calls.length).toBe(2);
    expect(events).toEqual([
      expect.objectContaining({ type: "retry", attempt: 1, delay: 0, error: errors[0] }),
      expect.objectContaining({ type: "retry-give-up", attempt: 2, attempts: 2, reason, error: errors[1] }),
    ]);
    expect(events[0]!.call).toBe(events[1]!.call);
  });

  test("a listener that throws breaks nothing", async () => {
    const emit = (): never => {
      throw new Error("a bug");
    };
    expect(await retry({ backoff: atOnce }).run(failing(failure()), { emit })).toBe("done");
  });
});

test("a layer above sees one call, a layer below sees every attempt", async () => {
  const seen: number[] = [];
  const spy = layer((call, next) => (seen.push(call.attempt), next(call)));
  await wrap(failing(failure(), failure()), spy, retry({ backoff: atOnce }), spy)();
  expect(seen).toEqual([1, 1, 2, 3]);
});

test("works under the arithmetic of independent failures: success 1 - x^4, load (1 - x^4) / (1 - x)", async () => {
  const calls = 20_000;
  for (const x of [0.05, 0.1, 0.2, 0.5]) {
    const random = seededRandom(x * 100);
    const again = retry({ backoff: atOnce });
    let attempts = 0;
    let successes = 0;
    for (let i = 0; i < calls; i++) {
      const attempt = async (): Promise<void> => {
        attempts++;
        if (random() < x) throw "down";
      };
      await again.run(attempt).then(
        () => successes++,
        () => {},
      );
    }
    const success = 1 - x ** 4;
    const noise = 4 * Math.sqrt((success * (1 - success)) / calls);
    expect(Math.abs(successes / calls - success), `success at ${x}`).toBeLessThan(noise);
    expect(attempts / calls / (success / (1 - x)), `load at ${x}`).toBeCloseTo(1, 1.4);
  }
});

test.each([
  [5, TypeError, "Expected `options` to be an object, got 5"],
  [{ retries: -1 }, RangeError, "Expected `retries` to be an integer >= 0, got -1"],
  [{ retries: 1.5 }, RangeError, "Expected `retries` to be an integer >= 0, got 1.5"],
  [{ retries: "3" }, TypeError, 'Expected `retries` to be an integer >= 0, got "3"'],
  [{ maxRetryAfter: -1 }, RangeError, "Expected `maxRetryAfter` to be a number >= 0, got -1"],
  [{ backoff: 500 }, TypeError, "Expected `backoff` to be a function, got 500"],
  [{ classify: "all" }, TypeError, 'Expected `classify` to be a function, got "all"'],
  [{ clock: performance }, TypeError, "Expected `clock.after` to be a function, got undefined"],
  [{ clock: null }, TypeError, "Expected `clock.after` to be a function, got undefined"],
  [{ random: 0.5 }, TypeError, "Expected `random` to be a function, got 0.5"],
  [{ budget: 10 }, TypeError, "Expected `budget.deposit` to be a function, got undefined"],
  [{ budget: { deposit() {} } }, TypeError, "Expected `budget.withdraw` to be a function, got undefined"],
  [{ budget: { deposit() {}, withdraw() {} } }, TypeError, "Expected `budget.balance` to be a function, got undefined"],
  [{ replay: "never" }, TypeError, 'Expected `replay` to be "always", "unprocessed" or a function, got "never"'],
  [{ replay: true }, TypeError, 'Expected `replay` to be "always", "unprocessed" or a function, got true'],
])("%o is refused at construction", (options, type, message) => {
  const make = (): unknown => retry(options as never);
  expect(make).toThrow(type);
  expect(make).toThrow(message);
});

test("an option of undefined keeps its default", async () => {
  const undefinedOptions = { retries: undefined, backoff: undefined, replay: undefined, random: undefined };
  const clock = fakeClock();
  const next = failing(...Array(4).fill(failure()));
  const answer = retry({ ...undefinedOptions, clock, maxRetryAfter: undefined, budget: undefined }).run(next);
  answer.catch(() => {});
  while (await clock.next());
  await expect(answer).rejects.toThrow("down");
  expect(next.calls.length).toBe(4);
});
