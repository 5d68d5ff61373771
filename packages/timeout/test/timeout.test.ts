import { getEventListeners } from "node:events";
import { compose, isTimeout, startCall, systemClock, wrap, type Call, type Clock, type Layer } from "@evenkeel/core";
import { fakeClock, mockNext } from "@evenkeel/testkit";
import { describe, expect, test, vi } from "vitest";
import { timeout, TimeoutError, type TimeoutEvent } from "../src/index.ts";

/** Never settles, whatever its signal says. */
const deaf = (): Promise<never> => new Promise(() => {});

/** Rejects with its signal's reason, as `fetch` does. */
const obedient = ({ signal }: Call): Promise<never> =>
  new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
  });

/** Returns what a promise rejects with. */
function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => "it succeeded",
    (error: unknown) => error,
  );
}

describe("a call that settles in time", () => {
  test("its result comes out, and nothing is left", async () => {
    const clock = fakeClock();
    const { next, request } = mockNext<string>();
    const answer = timeout(1_000, { clock }).run(next);
    const { call, resolve } = await request();
    await clock.advance(999);
    resolve("hello");
    expect(await answer).toBe("hello");
    expect(clock.pending).toBe(0);
    await clock.advance(10_000);
    expect(call.signal.aborted).toBe(false);
  });

  test("its error comes out as it is, and nothing is left", async () => {
    const clock = fakeClock();
    const error = new Error("down");
    await expect(timeout(1_000, { clock }).run(() => Promise.reject(error))).rejects.toBe(error);
    expect(clock.pending).toBe(0);
  });

  test("an operation that throws synchronously rejects, and leaves no timer", async () => {
    const clock = fakeClock();
    const error = new Error("down");
    const layer = timeout(1_000, { clock });
    const throwing = (): never => {
      throw error;
    };
    await expect(layer.run(throwing)).rejects.toBe(error);
    await expect(layer(startCall("input"), throwing)).rejects.toBe(error);
    expect(clock.pending).toBe(0);
  });

  test("the call goes on as it came but for its signal and its deadline", async () => {
    const clock = fakeClock(1_000_000);
    const call = startCall("input", { key: "provider", cost: 7 });
    const { next, request } = mockNext();
    void timeout(500, { clock })(call, next);
    const { signal, deadline, ...rest } = (await request()).call;
    expect(rest).toEqual({ ...call, signal: undefined, deadline: undefined });
    expect(rest.work).toBe(call.work);
    expect(signal).not.toBe(call.signal);
    expect(deadline).toBe(1_000_500);
  });

  test("a tie goes to whoever comes first: the result", async () => {
    const clock = fakeClock();
    const { next, request } = mockNext<string>();
    clock.after(1_000, () => void request().then(({ resolve }) => resolve("just in time")));
    expect(await Promise.all([timeout(1_000, { clock }).run(next), clock.advance(1_000)])).toEqual([
      "just in time",
      undefined,
    ]);
    expect(clock.pending).toBe(0);
  });

  test("a tie goes to whoever comes first: the limit", async () => {
    const clock = fakeClock();
    const { next, request } = mockNext<string>();
    const failure = failureOf(timeout(1_000, { clock }).run(next));
    clock.after(1_000, () => void request().then(({ resolve }) => resolve("just too late")));
    await clock.advance(1_000);
    expect(await failure).toBeInstanceOf(TimeoutError);
    expect(clock.pending).toBe(0);
  });
});

describe("a call that does not", () => {
  test("rejects with the very error that its signal carries", async () => {
    const clock = fakeClock();
    const { next, request } = mockNext();
    const failure = failureOf(timeout(1_000, { clock }).run(next));
    const { call } = await request();
    await clock.advance(999);
    expect(call.signal.aborted).toBe(false);
    await clock.advance(1);
    expect(call.signal.aborted).toBe(true);
    expect(await failure).toBe(call.signal.reason);
    expect(await failure).toBeInstanceOf(TimeoutError);
    expect(await failure).toMatchObject({
      limit: 1_000,
      label: "timeout",
      message: "Timed out after 1000 ms (timeout)",
    });
    expect(isTimeout(await failure)).toBe(true);
    expect(clock.pending).toBe(0);
  });

  test("is cut even when the operation is deaf to its signal", async () => {
    const clock = fakeClock();
    const failure = failureOf(timeout(1_000, { clock }).run(deaf));
    await clock.advance(1_000);
    expect(await failure).toBeInstanceOf(TimeoutError);
  });

  test("is cut at once by a limit of 0, unless its result is there already", async () => {
    const clock = fakeClock();
    const failure = failureOf(timeout(0, { clock }).run(deaf));
    await clock.advance(0);
    expect(await failure).toMatchObject({ limit: 0 });
    expect(await timeout(0, { clock }).run(() => "at once")).toBe("at once");
  });

  test("carries the last real error that the upstream had given before", async () => {
    const clock = fakeClock();
    const reset = new Error("reset");
    const failure = failureOf(
      timeout(1_000, { clock, label: "total" }).run((call) => {
        call.work.root.lastError = reset;
        return deaf();
      }),
    );
    await clock.advance(1_000);
    expect(await failure).toMatchObject({ label: "total", lastError: reset });
    expect(await failure).not.toHaveProperty("cause");
  });

  test("tells so, after it has given up", async () => {
    const clock = fakeClock();
    const call = startCall("input", { key: "provider", emit: (event: TimeoutEvent) => events.push(event) });
    const events: TimeoutEvent[] = [];
    const aborted: boolean[] = [];
    const failure = failureOf(
      timeout(1_000, { clock, label: "attempt" })({ ...call, attempt: 3 }, ({ signal }) => {
        signal.addEventListener("abort", () => aborted.push(events.length === 0));
        return deaf();
      }),
    );
    await clock.advance(1_000);
    await failure;
    expect(events).toEqual([
      { type: "timeout", key: "provider", attempt: 3, call: call.work.root, label: "attempt", limit: 1_000 },
    ]);
    expect(aborted).toEqual([true]);
  });

  test("tells nothing when it settles in time, or when its caller aborts", async () => {
    const clock = fakeClock();
    const emit = vi.fn<(event: TimeoutEvent) => void>();
    const caller = new AbortController();
    await timeout(1_000, { clock }).run(() => "hello", { emit });
    const failure = failureOf(timeout(1_000, { clock }).run(deaf, { emit, signal: caller.signal }));
    caller.abort(new Error("enough"));
    await failure;
    await clock.advance(2_000);
    expect(emit).not.toHaveBeenCalled();
  });
});

describe("a limit whose timer fires late, because the process was busy or suspended", () => {
  /** Calls an operation under a limit of 100 ms, of which nothing is heard for a minute. */
  function suspended() {
    let now = 0;
    const timers: (() => void)[] = [];
    const clock: Clock = {
      now: () => now,
      after(_ms, fn) {
        timers.push(fn);
        return () => void timers.splice(timers.indexOf(fn), 1);
      },
    };
    let resolve!: (answer: string) => void;
    const outcome = timeout(100, { clock }).run(() => new Promise<string>((ok) => (resolve = ok)));
    now = 60_000;
    timers.shift()!();
    return { timers, resolve, outcome };
  }

  test("what has come meanwhile comes out", async () => {
    const { timers, resolve, outcome } = suspended();
    resolve("hello");
    expect(await outcome).toBe("hello");
    expect(timers).toEqual([]);
  });

  test("without that it applies after one more turn of the event loop", async () => {
    const { timers, outcome } = suspended();
    expect(timers).toHaveLength(1);
    timers.shift()!();
    await expect(outcome).rejects.toThrow("Timed out after 100 ms");
    expect(timers).toEqual([]);
  });
});

describe("a caller's abort", () => {
  test("rejects at once with the caller's own reason, also when the operation is deaf", async () => {
    const clock = fakeClock();
    for (const operation of [deaf, obedient]) {
      for (const reason of [new Error("enough"), "a string", { any: "object" }, 0]) {
        const caller = new AbortController();
        const failure = failureOf(timeout(1_000, { clock }).run(operation, { signal: caller.signal }));
        caller.abort(reason);
        expect(await failure).toBe(reason);
      }
    }
    expect(clock.pending).toBe(0);
  });

  test("without a reason carries the signal's own, and is no timeout", async () => {
    const caller = new AbortController();
    const failure = failureOf(timeout(1_000, { clock: fakeClock() }).run(deaf, { signal: caller.signal }));
    caller.abort();
    expect(await failure).toBe(caller.signal.reason);
    expect(await failure).not.toBeInstanceOf(TimeoutError);
    expect(isTimeout(await failure)).toBe(false);
  });

  test("just before the limit is no timeout, and just after it changes nothing", async () => {
    const clock = fakeClock();
    const reason = new Error("enough");
    const caller = new AbortController();
    clock.after(1_000, () => caller.abort(reason));
    const before = failureOf(timeout(1_000, { clock }).run(deaf, { signal: caller.signal }));
    await clock.advance(1_000);
    expect(await before).toBe(reason);

    const late = new AbortController();
    const after = failureOf(timeout(1_000, { clock }).run(deaf, { signal: late.signal }));
    clock.after(1_000, () => late.abort(reason));
    await clock.advance(1_000);
    expect(await after).toBeInstanceOf(TimeoutError);
  });

  test("that came before keeps the operation from being called, whatever the limit", async () => {
    const reason = new Error("enough");
    const operation = vi.fn<() => string>();
    const call = startCall("input", { signal: AbortSignal.abort(reason) });
    for (const limit of [1_000, Infinity, () => 1_000]) {
      await expect(timeout(limit)(call, async () => operation())).rejects.toBe(reason);
    }
    expect(operation).not.toHaveBeenCalled();
  });

  test("is heard by an operation that had been given up before", async () => {
    const clock = fakeClock();
    const caller = new AbortController();
    const { next, request } = mockNext();
    const failure = failureOf(timeout(1_000, { clock }).run(next, { signal: caller.signal }));
    const { call } = await request();
    await clock.advance(1_000);
    caller.abort(new Error("enough"));
    expect(call.signal.reason).toBe(await failure);
  });

  test("reaches what was returned, for as long as it can be read", async () => {
    const clock = fakeClock();
    const caller = new AbortController();
    const reason = new Error("enough");
    const { next, request } = mockNext<{ body: object }>();
    const answer = timeout(1_000, { clock }).run(next, { signal: caller.signal });
    const { call, resolve } = await request();
    resolve({ body: {} });
    const response = await answer;
    await clock.advance(5_000);
    expect(call.signal.aborted).toBe(false);
    caller.abort(reason);
    expect(call.signal.reason).toBe(reason);
    expect(response).toEqual({ body: {} });
  });

  test("reaches nothing of a call that has failed", async () => {
    const caller = new AbortController();
    const { next, request } = mockNext();
    const failure = failureOf(timeout(1_000, { clock: fakeClock() }).run(next, { signal: caller.signal }));
    const { call, reject } = await request();
    reject(new Error("down"));
    await failure;
    caller.abort(new Error("enough"));
    expect(call.signal.aborted).toBe(false);
  });

  test("reaches work that is held, and nothing after it has ended", async () => {
    const clock = fakeClock();
    for (const [ends, aborts] of [
      [false, true],
      [true, false],
    ]) {
      const caller = new AbortController();
      const call = startCall("input", { signal: caller.signal });
      const end = call.work.hold();
      const { next, request } = mockNext();
      const answer = timeout(1_000, { clock })(call, next);
      const { call: seen, resolve } = await request();
      resolve("done");
      await answer;
      if (ends) end();
      caller.abort(new Error("enough"));
      expect(seen.signal.aborted).toBe(aborts);
    }
  });
});

describe("work that goes on", () => {
  test("is held from when it was given up until it has really ended", async () => {
    const clock = fakeClock();
    for (const settle of ["resolve", "reject"] as const) {
      const call = startCall("input");
      const order: string[] = [];
      const { next, request } = mockNext<Error>();
      const failure = failureOf(timeout(1_000, { clock })(call, next));
      const asked = await request();
      await clock.advance(1_000);
      await failure;
      expect(call.work.held).toBe(true);
      call.work.over(() => order.push("permit freed"));
      await clock.advance(60_000);
      order.push(settle);
      asked[settle](new Error("late"));
      await clock.advance(0);
      expect(order).toEqual([settle, "permit freed"]);
      expect(call.work.held).toBe(false);
    }
  });

  test("is held when the caller aborts, too, and not when the call settles by itself", async () => {
    const caller = new AbortController();
    const call = startCall("input", { signal: caller.signal });
    const clock = fakeClock();
    await timeout(1_000, { clock })(call, async () => "done");
    expect(call.work.held).toBe(false);
    const failure = failureOf(timeout(1_000, { clock })(call, deaf));
    caller.abort(new Error("enough"));
    await failure;
    expect(call.work.held).toBe(true);
  });

  test("a semaphore above never has a second deaf operation at work", async () => {
    const clock = fakeClock();
    let atWork = 0;
    let most = 0;
    let free = Promise.resolve();
    const one: Layer = compose(async (call, next) => {
      const before = free;
      let release = (): void => {};
      free = new Promise((resolve) => (release = resolve));
      await before;
      try {
        return await next(call);
      } finally {
        call.work.over(release);
      }
    });
    const ask = wrap(
      async () => {
        most = Math.max(most, ++atWork);
        await new Promise<void>((resolve) => {
          clock.after(5_000, resolve);
        });
        atWork--;
      },
      one,
      timeout(1_000, { clock }),
    );
    const failures = [ask(), ask(), ask()].map(failureOf);
    while (await clock.next());
    for (const failure of failures) expect(await failure).toBeInstanceOf(TimeoutError);
    expect([most, atWork]).toEqual([1, 0]);
  });

  test("a late rejection is nobody's unhandled one", async () => {
    const unhandled = vi.fn<(reason: unknown) => void>();
    process.on("unhandledRejection", unhandled);
    const clock = fakeClock();
    const { next, request } = mockNext();
    const failure = failureOf(timeout(1_000, { clock }).run(next));
    const { reject } = await request();
    await clock.advance(1_000);
    await failure;
    reject(new Error("late"));
    await clock.advance(0);
    process.off("unhandledRejection", unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });
});

describe("nested limits", () => {
  test("are told apart by their labels, whichever passes first", async () => {
    const clock = fakeClock();
    const nested = (total: number, attempt: number): Promise<unknown> =>
      failureOf(
        wrap(deaf, timeout(total, { clock, label: "total" }), timeout(attempt, { clock, label: "attempt" }))(undefined),
      );
    const failures = Promise.all([nested(3_000, 1_000), nested(1_000, 3_000), nested(1_000, 1_000)]);
    await clock.advance(3_000);
    expect(await failures).toMatchObject([{ label: "attempt" }, { label: "total" }, { label: "total" }]);
    expect(clock.pending).toBe(0);
  });

  test("the total's error is what every signal below carries", async () => {
    const clock = fakeClock();
    const seen: AbortSignal[] = [];
    const listen: Layer = compose((call, next) => {
      seen.push(call.signal);
      return next(call);
    });
    const ask = wrap(deaf, timeout(1_000, { clock }), listen, timeout(5_000, { clock }), listen);
    const failure = failureOf(ask(undefined));
    await clock.advance(1_000);
    expect(seen.map(({ reason }) => reason as unknown)).toEqual([await failure, await failure]);
    expect(seen[1]!.reason).toBe(await failure);
  });

  test("the caller's abort passes through all of them untouched", async () => {
    const clock = fakeClock();
    const caller = new AbortController();
    const reason = new Error("enough");
    const ask = wrap(deaf, ...[4_000, 3_000, 2_000].map((limit) => timeout(limit, { clock })));
    const failure = failureOf(ask(undefined, { signal: caller.signal }));
    caller.abort(reason);
    expect(await failure).toBe(reason);
    expect(clock.pending).toBe(0);
  });

  test("the nearest deadline is the one that is passed down", async () => {
    const clock = fakeClock(10_000);
    const deadlines: number[] = [];
    const look = async ({ deadline }: Call): Promise<void> => void deadlines.push(deadline);
    await wrap(look, timeout(500, { clock }), timeout(3_000, { clock }))(undefined);
    await wrap(look, timeout(3_000, { clock }), timeout(500, { clock }))(undefined);
    await timeout(500, { clock }).run(look, { deadline: 10_100 });
    await timeout(500, { clock }).run(look, { deadline: 99_999 });
    await timeout(Infinity, { clock }).run(look);
    expect(deadlines).toEqual([10_500, 10_500, 10_100, 10_500, Infinity]);
  });
});

describe("the limit", () => {
  test("of Infinity is none: the call itself goes on, without a timer", async () => {
    const clock = fakeClock();
    const call = startCall("input");
    const { next, request } = mockNext<string>();
    const answer = timeout(Infinity, { clock })(call, next);
    const asked = await request();
    expect(asked.call).toBe(call);
    expect(clock.pending).toBe(0);
    asked.resolve("hello");
    expect(await answer).toBe("hello");
  });

  test("may depend on the call: each attempt has its own", async () => {
    const clock = fakeClock();
    const layer = timeout(({ attempt }) => attempt * 1_000, { clock });
    const call = startCall("input");
    const failures = Promise.all([1, 2, 3].map((attempt) => failureOf(layer({ ...call, attempt }, deaf))));
    await clock.advance(3_000);
    expect(await failures).toMatchObject([{ limit: 1_000 }, { limit: 2_000 }, { limit: 3_000 }]);
  });

  test.each([
    [-1, RangeError, "Expected `limit` to be a number >= 0, got -1"],
    [NaN, RangeError, "Expected `limit` to be a number >= 0, got NaN"],
    ["5", TypeError, 'Expected `limit` to be a number >= 0, got "5"'],
    [undefined, TypeError, "Expected `limit` to be a number >= 0, got undefined"],
    [null, TypeError, "Expected `limit` to be a number >= 0, got null"],
  ])("of %s is refused when the layer is made", (limit, kind, message) => {
    expect(() => timeout(limit as number)).toThrow(new kind(message));
  });

  test.each([
    ["total", '"total"'],
    [5, "5"],
  ])("is not made with options that are no object: %o", (options, shown) => {
    const message = `Expected \`options\` to be an object, got ${shown}`;
    expect(() => timeout(1_000, options as never)).toThrow(new TypeError(message));
  });

  test("is not kept by a clock that cannot wait, which is refused when the layer is made", () => {
    const message = "Expected `clock.after` to be a function, got undefined";
    for (const clock of [null, {}, performance]) expect(() => timeout(1, { clock: clock as never })).toThrow(message);
  });

  test.each([
    [-1, RangeError, "Expected `limit()` to be a number >= 0, got -1"],
    [NaN, RangeError, "Expected `limit()` to be a number >= 0, got NaN"],
    [undefined, TypeError, "Expected `limit()` to be a number >= 0, got undefined"],
  ])("that a function gives as %s is refused when the call is made", async (limit, kind, message) => {
    const clock = fakeClock();
    const operation = vi.fn<() => string>();
    await expect(timeout(() => limit as number, { clock }).run(operation)).rejects.toThrow(new kind(message));
    expect(operation).not.toHaveBeenCalled();
    expect(clock.pending).toBe(0);
  });

  test("that a function throws for rejects with what it threw, and leaks nothing", async () => {
    const clock = fakeClock();
    const error = new Error("no limit known");
    const caller = new AbortController();
    const operation = vi.fn<() => string>();
    const unknown = timeout(
      () => {
        throw error;
      },
      { clock },
    );
    await expect(unknown.run(operation, { signal: caller.signal })).rejects.toBe(error);
    expect(operation).not.toHaveBeenCalled();
    expect(clock.pending).toBe(0);
    expect(getEventListeners(caller.signal, "abort")).toEqual([]);
  });
});

describe("10,000 calls, a third of them aborted and a third cut", () => {
  test("leave no timer, and one listener at most on a signal that they share", async () => {
    const clock = fakeClock();
    const layer = timeout(1_000, { clock });
    const shared = new AbortController();
    const own = Array.from({ length: 10_000 }, () => new AbortController());
    const operations = [async () => "done", deaf, obedient];
    const outcomes = own.map(({ signal }, index) => {
      const operation = operations[index % 3]!;
      return failureOf(layer.run((call) => layer.run(operation, call), { signal }));
    });
    const sharing = own.map((_, index) => failureOf(layer.run(operations[index % 3]!, { signal: shared.signal })));
    expect(getEventListeners(shared.signal, "abort").length).toBe(1);
    own.forEach((caller, index) => index % 3 === 1 && caller.abort(index));
    await clock.advance(1_000);
    const settled = await Promise.all(outcomes);
    expect(settled.filter((outcome) => outcome === "it succeeded").length).toBe(3_334);
    expect(settled.filter((outcome) => typeof outcome === "number").length).toBe(3_333);
    expect(settled.filter((outcome) => outcome instanceof TimeoutError).length).toBe(3_333);
    await Promise.all(sharing);
    expect(clock.pending).toBe(0);
    // Core keeps the listener of one signal, the last that was used, for the next call under it.
    const listeners = own.map(({ signal }) => getEventListeners(signal, "abort").length);
    expect(listeners.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(1);
    expect(getEventListeners(shared.signal, "abort").length).toBeLessThanOrEqual(1);
  }, 20_000);
});

test("without a clock it lives by the system's, which fake timers reach", async () => {
  vi.useFakeTimers();
  const now = vi.spyOn(systemClock, "now").mockReturnValue(5_000);
  const { next, request } = mockNext();
  const failure = failureOf(timeout(1_000).run(next));
  expect((await request()).call.deadline).toBe(6_000);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await failure).toBeInstanceOf(TimeoutError);
  expect(vi.getTimerCount()).toBe(0);
  now.mockRestore();
  vi.useRealTimers();
});
