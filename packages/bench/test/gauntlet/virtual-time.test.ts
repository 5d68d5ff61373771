import { sleep } from "@evenkeel/core";
import { describe, expect, it } from "vitest";
import { virtualTime } from "../../src/gauntlet/virtual-time.ts";

const forever = new AbortController().signal;

describe("virtual time", () => {
  it("lets an hour pass in no time", async () => {
    const time = virtualTime(1_000);
    const start = performance.now();
    await time.run(() => sleep(time, 3_600_000, forever));
    expect(time.now()).toBe(3_601_000);
    expect(performance.now() - start).toBeLessThan(1_000);
  });

  it("fires what is due in the order of time, and of planning where the time is the same", async () => {
    const time = virtualTime();
    const order: string[] = [];
    await time.run(async () => {
      time.after(20, () => order.push("third"));
      time.after(10, () => order.push("first"));
      time.after(10, () => order.push("second"));
      time.after(20.5, () => order.push("fourth"));
      await sleep(time, 30, forever);
    });
    expect(order).toEqual(["first", "second", "third", "fourth"]);
  });

  it("fires thousands in order, whatever was cancelled in between", async () => {
    const time = virtualTime();
    const due = Array.from({ length: 5_000 }, (_, i) => (i * 7_919) % 5_003);
    const fired: number[] = [];
    await time.run(async () => {
      const cancels = due.map((ms) => time.after(ms, () => fired.push(ms)));
      cancels.forEach((cancel, i) => i % 3 === 0 && cancel());
      await sleep(time, 6_000, forever);
    });
    expect(fired).toEqual(due.filter((_, i) => i % 3 !== 0).toSorted((a, b) => a - b));
    expect(time.events).toBe(fired.length + 1);
  });

  it("lets promises settle before the next event", async () => {
    const time = virtualTime();
    const order: string[] = [];
    await time.run(async () => {
      time.after(1, () => {
        void settleSlowly(20).then(() => order.push("settled"));
      });
      time.after(1, () => order.push("next"));
      await sleep(time, 2, forever);
    });
    expect(order).toEqual(["settled", "next"]);
  });

  it("hands on what was returned, and what was thrown", async () => {
    const time = virtualTime();
    await expect(time.run(() => sleep(time, 5, forever).then(() => "done"))).resolves.toBe("done");
    await expect(time.run(() => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
    const throwing = time.run(async () => {
      time.after(1, () => {
        throw new Error("thrown by a timer");
      });
      await sleep(time, 10, forever);
    });
    await expect(throwing).rejects.toThrow("thrown by a timer");
  });

  it("says so when nothing is left to wait for", async () => {
    const time = virtualTime();
    const waiting = time.run(() => new Promise((resolve) => void time.after(Infinity, () => resolve(undefined))));
    await expect(waiting).rejects.toThrow("Nothing is left to happen, and yet it is not over");
  });
});

async function settleSlowly(hops: number): Promise<void> {
  for (let i = 0; i < hops; i++) await Promise.resolve();
}
