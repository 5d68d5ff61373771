import { afterEach, describe, expect, it } from "vitest";
import { liveIn } from "../../src/gauntlet/live-in.ts";
import { virtualTime, type VirtualTime } from "../../src/gauntlet/virtual-time.ts";

const start = Date.UTC(2026, 0, 1);
const random = (): number => 0.25;
let restore = (): void => {};

afterEach(() => restore());

function live<T>(main: (time: VirtualTime) => Promise<T>): Promise<T> {
  const time = virtualTime(start);
  restore = liveIn(time, random);
  return time.run(() => main(time));
}

const after = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe("code that knows only globals", () => {
  it("waits in virtual time, in whole milliseconds as Node does", async () => {
    const at = await live(async (time) => {
      const times: number[] = [];
      for (const ms of [1_000.9, 0, -5, 2 ** 31]) {
        await after(ms);
        times.push(time.now() - start);
      }
      return times;
    });
    expect(at).toEqual([1_000, 1_001, 1_002, 1_003]);
  });

  it("reads virtual dates and durations", async () => {
    const read = await live(async () => {
      await after(90_000);
      return [Date.now(), new Date().toISOString(), performance.now(), performance.timeOrigin, process.hrtime.bigint()];
    });
    expect(read).toEqual([start + 90_000, "2026-01-01T00:01:30.000Z", 90_000, start, 90_000_000_000n]);
  });

  it("still makes dates of what it is given", async () => {
    const [iso, isDate] = await live(() => Promise.resolve([new Date(0).toISOString(), new Date() instanceof Date]));
    expect(iso).toBe("1970-01-01T00:00:00.000Z");
    expect(isDate).toBe(true);
  });

  it("repeats, refreshes and clears", async () => {
    const fired = await live(async () => {
      const beats: number[] = [];
      const beat = setInterval(() => beats.push(performance.now()), 100);
      const refreshed = setTimeout(() => beats.push(-performance.now()), 150);
      const cleared = setTimeout(() => beats.push(Number.NaN), 120);
      const immediate = setImmediate(() => beats.push(Number.NaN));
      clearTimeout(cleared);
      clearImmediate(immediate);
      clearTimeout(undefined);
      setImmediate(() => beats.push(performance.now()));
      await after(140);
      refreshed.refresh();
      await after(110);
      clearInterval(beat);
      await after(500);
      return beats;
    });
    expect(fired).toEqual([0, 100, 200, -290]);
  });

  it("is given up by a signal of virtual time", async () => {
    const [at, name] = await live(async () => {
      const signal = AbortSignal.timeout(3_000);
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      return [performance.now(), (signal.reason as Error).name];
    });
    expect(at).toBe(3_000);
    expect(name).toBe("TimeoutError");
  });

  it("draws from the given source of chance", async () => {
    expect(await live(() => Promise.resolve(Math.random()))).toBe(0.25);
  });

  it("finds the real ones again afterwards", async () => {
    const real = [globalThis.setTimeout, globalThis.Date, performance.timeOrigin, Math.random, AbortSignal.timeout];
    const before = performance.now();
    await live(() => after(1e9));
    restore();
    expect([globalThis.setTimeout, globalThis.Date, performance.timeOrigin, Math.random, AbortSignal.timeout]).toEqual(
      real,
    );
    expect(performance.now() - before).toBeLessThan(5_000);
    expect(Date.now()).toBeGreaterThan(start);
  });
});
