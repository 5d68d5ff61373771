import type { Clock } from "@evenkeel/core";
import { fakeClock } from "@evenkeel/testkit";
import * as fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { idleWatch, type IdleLimits, type IdleWatch, type TimeoutError } from "../src/index.ts";

const none: IdleLimits = { first: Infinity, gap: Infinity, unread: Infinity };

/** A watch on a fake clock, what it said, and how many timers it has armed. */
function watched(limits: Partial<IdleLimits>) {
  const clock = fakeClock(1_000_000);
  const after = vi.fn<Clock["after"]>(clock.after);
  const said: TimeoutError[] = [];
  const watch: IdleWatch = idleWatch({ ...none, ...limits }, { now: clock.now, after }, (error) => said.push(error));
  const texts = (): string[] => said.map(({ label, limit }) => `${label} ${limit}`);
  return {
    clock,
    watch,
    /** What was said, with the time since the start at which to look. */
    said: texts,
    armed: () => after.mock.calls.length,
    /** What was said one millisecond before `ms` have passed, and then. */
    async saidAround(ms: number): Promise<string[][]> {
      await clock.advance(ms - 1);
      const before = texts();
      await clock.advance(1);
      return [before, texts()];
    },
  };
}

test("the process may end before a limit on nobody's waiting, but not before one on the reader's", () => {
  const after = vi.fn<Clock["after"]>(() => () => {});
  const watch = idleWatch({ first: 60, gap: 60, unread: 60 }, { now: () => 0, after }, () => {});
  watch.reading();
  watch.stop();
  watch.reading();
  expect(after.mock.calls.map(([, , unawaited]) => unawaited)).toEqual([true, false]);
});

test("the process may end within a second after the reader has stopped waiting", async () => {
  const clock = fakeClock();
  const after = vi.fn<Clock["after"]>(clock.after);
  const watch = idleWatch({ first: 30_000, gap: 30_000, unread: 60_000 }, { now: clock.now, after }, () => {});
  watch.reading();
  await clock.advance(500);
  watch.read(true);
  await clock.advance(500);
  expect(after.mock.calls.map(([ms, , unawaited]) => [ms, unawaited])).toEqual([
    [60_000, true],
    [1_000, false],
    [59_500, true],
  ]);
});

test("chunks set no timer, also where the reader may wait longer than nobody", async () => {
  const { clock, watch, armed } = watched({ first: 300, gap: 300, unread: 60 });
  for (let chunk = 0; chunk < 50; chunk++) {
    watch.reading();
    await clock.advance(1);
    watch.read(true);
  }
  expect(armed()).toBe(2); // for nobody, and for the reader
});

describe("while the reader waits", () => {
  test("the first progress has a limit of its own", async () => {
    const { clock, watch, saidAround } = watched({ first: 1_000, gap: 100 });
    watch.reading();
    expect(await saidAround(1_000)).toEqual([[], ["first-content 1000"]]);
    expect(clock.pending).toBe(0);
  });

  test("after progress the gap counts, from when the reader waits again", async () => {
    const { clock, watch, saidAround } = watched({ first: 1_000, gap: 100 });
    watch.reading();
    await clock.advance(900);
    watch.read(true);
    await clock.advance(5_000);
    watch.reading();
    expect(await saidAround(100)).toEqual([[], ["gap 100"]]);
  });

  test("a first limit that is longer than the gap does not hide the gap after it", async () => {
    const { clock, watch, said } = watched({ first: 60_000, gap: 100 });
    watch.reading();
    watch.read(true);
    watch.reading();
    await clock.advance(100);
    expect(said()).toEqual(["gap 100"]);
  });

  test("pings do not extend the time, before the first progress and after it", async () => {
    for (const [label, start] of [
      ["first-content", 0],
      ["gap", 1],
    ] as const) {
      const { clock, watch, saidAround } = watched({ first: 1_000, gap: 1_000 });
      for (let chunk = 0; chunk < start; chunk++) {
        watch.reading();
        watch.read(true);
      }
      for (let ping = 0; ping < 9; ping++) {
        watch.reading();
        await clock.advance(100);
        watch.read(false);
      }
      watch.reading();
      expect(await saidAround(100)).toEqual([[], [`${label} 1000`]]);
    }
  });

  test("only the time that the reader waits is added up between pings", async () => {
    const { clock, watch, saidAround } = watched({ first: 1_000 });
    for (let ping = 0; ping < 9; ping++) {
      watch.reading();
      await clock.advance(100);
      watch.read(false);
      await clock.advance(10_000);
    }
    watch.reading();
    expect(await saidAround(100)).toEqual([[], ["first-content 1000"]]);
  });

  test("what comes between two checks of an overdue limit counts", async () => {
    const { clock, watch, saidAround } = watched({ gap: 100, first: 100 });
    watch.reading();
    // The process was busy: this timer is due with the limit's own, and in it the chunk is read.
    clock.after(100, () => {
      watch.read(true);
      watch.reading();
    });
    expect(await saidAround(200)).toEqual([[], ["gap 100"]]);
  });

  test("each overdue limit gets its second check, not only the first", async () => {
    const { clock, watch, saidAround } = watched({ gap: 100, first: 100, unread: 1_000 });
    watch.reading();
    for (let time = 100; time <= 1_000; time += 100) {
      await clock.advance(99);
      clock.after(1, () => {
        watch.read(true);
        watch.reading();
      });
      await clock.advance(1);
    }
    expect(await saidAround(100)).toEqual([[], ["gap 100"]]);
  });

  test("a ping between two checks does not save an overdue limit", async () => {
    const { clock, watch, said } = watched({ first: 100 });
    watch.reading();
    clock.after(100, () => {
      watch.read(false);
      watch.reading();
    });
    await clock.advance(100);
    expect(said()).toEqual(["first-content 100"]);
  });
});

describe("while nobody reads", () => {
  test("neither the first limit nor the gap counts", async () => {
    const { clock, watch, said } = watched({ first: 100, gap: 100 });
    await clock.advance(60_000);
    watch.reading();
    watch.read(true);
    await clock.advance(60_000);
    expect(said()).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  test("the stream may stay unread for so long: from the start, and from each chunk", async () => {
    const start = watched({ unread: 1_000 });
    await start.clock.advance(1_000);
    expect(start.said()).toEqual(["unread 1000"]);

    const { clock, watch, saidAround } = watched({ unread: 1_000 });
    watch.reading();
    await clock.advance(5_000);
    watch.read(true);
    expect(await saidAround(1_000)).toEqual([[], ["unread 1000"]]);
  });

  test("the stream is not unread if its chunks need no waiting, and the time between them is no waiting", async () => {
    const { clock, watch, saidAround } = watched({ first: 1_000, unread: 1_000 });
    for (let chunk = 0; chunk < 5; chunk++) {
      await clock.advance(900);
      watch.read(false);
    }
    watch.reading();
    expect(await saidAround(1_000)).toEqual([[], ["first-content 1000"]]);
  });
});

describe("the timer", () => {
  test("is armed once a second over 10,000 chunks, and one at a time", async () => {
    const { clock, watch, said, armed } = watched({ first: 60_000, gap: 30_000, unread: 60_000 });
    for (let chunk = 0; chunk < 10_000; chunk++) {
      watch.reading();
      await clock.advance(10);
      watch.read(true);
      expect(clock.pending).toBe(1);
    }
    // 100 s of stream.
    expect(armed()).toBeLessThanOrEqual(103);
    expect(said()).toEqual([]);
    watch.stop();
    expect(clock.pending).toBe(0);
  });

  test("is not armed for limits that are none", async () => {
    const { clock, watch } = watched({});
    watch.reading();
    watch.read(true);
    watch.reading();
    expect(clock.pending).toBe(0);
  });

  test("is not armed again for a limit that is none", async () => {
    const { clock, watch } = watched({ unread: 5_000 });
    watch.reading();
    await clock.advance(60_000);
    expect(clock.pending).toBe(0);
  });

  test("that fires late is armed for no time, and never for less", () => {
    let now = 0;
    const delays: number[] = [];
    let fire = (): void => {};
    const clock: Clock = {
      now: () => now,
      after(ms, fn) {
        delays.push(ms);
        fire = fn;
        return () => {};
      },
    };
    const expire = vi.fn<(error: TimeoutError) => void>();
    const watch = idleWatch({ ...none, first: 100 }, clock, expire);
    watch.reading();
    now = 5_000;
    fire();
    watch.read(false);
    watch.reading();
    fire();
    expect(delays.filter((delay) => delay < Infinity)).toEqual([100, 0]);
    expect(expire).toHaveBeenCalledOnce();
  });
});

describe("the end", () => {
  test("is said once, and nothing is watched after it", async () => {
    const { clock, watch, said } = watched({ first: 100, gap: 100, unread: 100 });
    watch.reading();
    await clock.advance(100);
    watch.read(true);
    watch.reading();
    await clock.advance(10_000);
    expect(said()).toEqual(["first-content 100"]);
    expect(clock.pending).toBe(0);
  });

  test("of the stream ends the watch, in every state", async () => {
    for (const steps of [0, 1, 2, 3]) {
      const { clock, watch, said } = watched({ first: 100, gap: 100, unread: 100 });
      for (let step = 0; step < steps; step++) [watch.reading, () => watch.read(true)][step % 2]!();
      watch.stop();
      expect(clock.pending).toBe(0);
      watch.reading();
      watch.read(true);
      watch.stop();
      expect(clock.pending).toBe(0);
      await clock.advance(10_000);
      expect(said()).toEqual([]);
    }
  });
});

test("agrees with a model that looks at every millisecond", async () => {
  const step = fc.record({ wait: fc.integer({ min: 0, max: 30 }), what: fc.constantFrom("progress", "ping") });
  const limit = fc.oneof(fc.integer({ min: 1, max: 60 }), fc.constant(Infinity));
  await fc.assert(
    fc.asyncProperty(
      fc.record({ first: limit, gap: limit, unread: limit }),
      fc.array(fc.record({ rest: fc.integer({ min: 0, max: 30 }), step }), { maxLength: 12 }),
      async (limits, reads) => {
        const { clock, watch, said } = watched(limits);
        const model = modelOf(limits);
        for (const { rest, step: chunk } of reads) {
          await clock.advance(rest);
          model.advance(rest);
          watch.reading();
          model.reading();
          await clock.advance(chunk.wait);
          model.advance(chunk.wait);
          watch.read(chunk.what === "progress");
          model.read(chunk.what === "progress");
        }
        await clock.advance(1_000);
        model.advance(1_000);
        expect(said()).toEqual(model.said);
        watch.stop();
        expect(clock.pending).toBe(0);
      },
    ),
    { numRuns: 300 },
  );
}, 20_000);

/** Counts the milliseconds of each state one by one. */
function modelOf({ first, gap, unread }: IdleLimits) {
  const said: string[] = [];
  let waiting = false;
  let progressed = false;
  let waited = 0;
  let rested = 0;

  function check(): void {
    if (said.length > 0) return;
    const [label, limit, time] = waiting
      ? ([...(progressed ? (["gap", gap] as const) : (["first-content", first] as const)), waited] as const)
      : (["unread", unread, rested] as const);
    if (time >= limit) said.push(`${label} ${limit}`);
  }

  return {
    said,
    advance(ms: number): void {
      for (let passed = 0; passed < ms; passed++) {
        if (waiting) waited++;
        else rested++;
        check();
      }
    },
    reading: () => void (waiting = true),
    read(progress: boolean): void {
      waiting = false;
      rested = 0;
      if (progress) waited = 0;
      progressed ||= progress;
    },
  };
}
