import { systemClock, systemRandom } from "@evenkeel/core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

const longest = 2 ** 31 - 1;
const day = 24 * 3_600_000;

describe("now", () => {
  it("is the time since the epoch", () => {
    expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1_000);
  });

  it("never goes back", () => {
    let last = systemClock.now();
    for (let time = 0; time < 10_000; time++) {
      const now = systemClock.now();
      expect(now).toBeGreaterThanOrEqual(last);
      last = now;
    }
  });

  it("is not moved by a jump of the wall clock", () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    try {
      const before = systemClock.now();
      vi.setSystemTime(Date.now() - day);
      expect(Math.abs(systemClock.now() - before)).toBeLessThan(1_000);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("a `performance` that another takes the place of", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it("is asked for its own origin, and the old one again when it comes back", () => {
    const before = systemClock.now();
    vi.stubGlobal("performance", { timeOrigin: 1_000_000, now: () => 5 });
    expect(systemClock.now()).toBe(1_000_005);
    vi.unstubAllGlobals();
    expect(Math.abs(systemClock.now() - before)).toBeLessThan(1_000);
  });
});

describe.each([
  ["knows no origin, as React Native's", undefined],
  ["has the origin 0", 0],
  ["has a function as its origin, as under the fake timers of Jest 29, Vitest 2 and Sinon 20", () => {}],
])("a `performance` that %s", (_name, timeOrigin) => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it("is counted from the wall clock of when it was first asked", () => {
    const before = systemClock.now();
    let time = 10_000;
    vi.stubGlobal("performance", { timeOrigin, now: () => time });
    const first = systemClock.now();
    expect(Math.abs(first - before)).toBeLessThan(1_000);
    time += 20;
    expect(systemClock.now() - first).toBe(20);
  });
});

describe("under fake timers, which are put in place after the import,", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("time moves when the test says so", () => {
    const before = systemClock.now();
    vi.advanceTimersByTime(1_500);
    expect(systemClock.now() - before).toBe(1_500);
  });

  it("after calls once, when the time has come", () => {
    const fn = vi.fn<() => void>();
    systemClock.after(100, fn);
    vi.advanceTimersByTime(99);
    expect(fn).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    vi.advanceTimersByTime(day);
    expect(fn).toHaveBeenCalledTimes(1);
  });

  it("after does not call when it is cancelled, and cancelling again is harmless", () => {
    const fn = vi.fn<() => void>();
    const cancel = systemClock.after(100, fn);
    cancel();
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(day);
    expect(fn).not.toHaveBeenCalled();
    cancel();
  });

  it("cancelling after the call is harmless", () => {
    const fn = vi.fn<() => void>();
    const cancel = systemClock.after(100, fn);
    vi.advanceTimersByTime(100);
    cancel();
    expect(fn).toHaveBeenCalledTimes(1);
  });

  it.each([longest, longest + 1, longest + day, 3 * longest, 3 * longest + 1])(
    "after waits %d ms, which a timer cannot, and no longer",
    (ms) => {
      const fn = vi.fn<() => void>();
      systemClock.after(ms, fn);
      vi.advanceTimersByTime(ms - 1);
      expect(fn).not.toHaveBeenCalled();
      vi.advanceTimersByTime(1);
      expect(fn).toHaveBeenCalledTimes(1);
    },
  );

  it.each([0, longest - 1, longest, longest + 1, 2 * longest + 5])(
    "a long wait may be cancelled %d ms after it began",
    (ms) => {
      const fn = vi.fn<() => void>();
      const cancel = systemClock.after(3 * longest, fn);
      vi.advanceTimersByTime(ms);
      cancel();
      expect(vi.getTimerCount()).toBe(0);
      vi.advanceTimersByTime(4 * longest);
      expect(fn).not.toHaveBeenCalled();
    },
  );

  it("after Infinity never calls, and arms no timer", () => {
    const cancel = systemClock.after(Infinity, () => expect.unreachable());
    expect(vi.getTimerCount()).toBe(0);
    cancel();
  });

  it("works when its methods are taken from it", () => {
    const { after, now } = systemClock;
    const fn = vi.fn<() => void>();
    const before = now();
    after(longest + 1, fn);
    vi.advanceTimersByTime(longest + 1);
    expect(fn).toHaveBeenCalledTimes(1);
    expect(now() - before).toBe(longest + 1);
  });
});

describe("a timer of the platform", () => {
  it("keeps the process alive until it is cancelled, and is then forgotten cheaply, if its duration may come again", () => {
    const set = vi.spyOn(globalThis, "setTimeout");
    const [whole, computed] = [60_000, 60_000.5].map((ms) => {
      const cancel = systemClock.after(ms, () => {});
      return { cancel, timer: set.mock.results.at(-1)!.value as NodeJS.Timeout };
    });
    set.mockRestore();
    expect([whole!.timer.hasRef(), computed!.timer.hasRef()]).toEqual([true, true]);
    whole!.cancel();
    computed!.cancel();
    expect([whole!.timer.hasRef(), computed!.timer.hasRef()]).toEqual([false, true]);
  });

  it.each([60_000, longest + 60_000])("lets the process end where nobody awaits its %d ms", (ms) => {
    const set = vi.spyOn(globalThis, "setTimeout");
    const cancel = systemClock.after(ms, () => {}, true);
    const timer = set.mock.results.at(-1)!.value as NodeJS.Timeout;
    set.mockRestore();
    expect(timer.hasRef()).toBe(false);
    cancel();
  });

  it("is not asked to wait a negative time, of which Node warns", () => {
    const set = vi.spyOn(globalThis, "setTimeout");
    systemClock.after(-5, () => {})();
    expect(set.mock.calls[0]![1]).toBe(0);
    set.mockRestore();
  });

  it("may be a number, as in a browser", () => {
    vi.stubGlobal("setTimeout", () => 5);
    const clear = vi.fn<(timer: unknown) => void>();
    vi.stubGlobal("clearTimeout", clear);
    systemClock.after(1, () => {})();
    vi.unstubAllGlobals();
    expect(clear).toHaveBeenCalledWith(5);
  });
});

describe("chance", () => {
  it("is asked for at each call", () => {
    const random = vi.spyOn(Math, "random").mockReturnValueOnce(0.25).mockReturnValueOnce(0.75);
    expect([systemRandom(), systemRandom()]).toEqual([0.25, 0.75]);
    random.mockRestore();
  });
});
