import { compose, ResilienceError } from "@evenkeel/core";
import { expect, test } from "vitest";
import { chaos, ChaosError, fakeClock, seededRandom } from "../src/index.ts";

const always = () => 0;

test("without a rate, every call reaches the operation", async () => {
  await expect(chaos().run(() => "served")).resolves.toBe("served");
});

test("a call that fails does not reach the operation, and says so", async () => {
  let calls = 0;
  const error = await chaos({ errorRate: 1 })
    .run(() => ++calls)
    .catch((error: unknown) => error);
  expect(error).toBeInstanceOf(ChaosError);
  expect(error).toBeInstanceOf(ResilienceError);
  expect(error).toMatchObject({ name: "ChaosError", code: "CHAOS", verdict: { action: "retry", processed: "no" } });
  expect(calls).toBe(0);
});

test("a call fails with the error that the test makes", async () => {
  const reset = new Error("reset");
  await expect(chaos({ errorRate: 1, error: () => reset }).run(() => "served")).rejects.toBe(reset);
});

test("a late call waits on the clock, and an abort ends the wait with its reason", async () => {
  const clock = fakeClock();
  const late = chaos({ latencyRate: 1, latency: 300, clock });
  let served = false;
  const answer = late.run(() => (served = true));
  await clock.advance(299);
  expect(served).toBe(false);
  await clock.advance(1);
  await expect(answer).resolves.toBe(true);

  const caller = new AbortController();
  const aborted = late.run(() => "served", { signal: caller.signal });
  caller.abort("enough");
  await expect(aborted).rejects.toBe("enough");
  expect(clock.pending).toBe(0);
});

test("a call that hangs settles only when its signal aborts, with that reason", async () => {
  const clock = fakeClock();
  const caller = new AbortController();
  let settled = false;
  const answer = chaos({ hangRate: 1, clock }).run(() => "served", { signal: caller.signal });
  answer.catch(() => (settled = true));
  await clock.advance(1e9);
  expect(settled).toBe(false);
  caller.abort("enough");
  await expect(answer).rejects.toBe("enough");
});

test("a late call may also fail", async () => {
  const clock = fakeClock();
  const answer = chaos({ latencyRate: 1, latency: 50, errorRate: 1, clock, random: always }).run(() => "served");
  const failed = answer.catch((error: unknown) => error);
  await clock.advance(50);
  expect(clock.now()).toBe(50);
  expect(await failed).toBeInstanceOf(ChaosError);
});

async function outcomes(options: Parameters<typeof chaos>[0]): Promise<string> {
  const layer = chaos({ ...options, random: seededRandom(7), clock: fakeClock() });
  const deadline = new AbortController();
  const calls = Array.from({ length: 400 }, () =>
    layer.run(() => ".", { signal: deadline.signal }).catch((error: unknown) => (error === "hung" ? "h" : "e")),
  );
  await new Promise((resolve) => setImmediate(resolve));
  deadline.abort("hung");
  return (await Promise.all(calls)).join("");
}

test("the same seed gives the same faults, at about the rates that were asked for", async () => {
  const run = await outcomes({ errorRate: 0.25, hangRate: 0.1 });
  expect(await outcomes({ errorRate: 0.25, hangRate: 0.1 })).toBe(run);
  expect(run.split("e").length - 1).toBeGreaterThan(75);
  expect(run.split("e").length - 1).toBeLessThan(125);
  expect(run.split("h").length - 1).toBeGreaterThan(20);
  expect(run.split("h").length - 1).toBeLessThan(60);
});

test("adding latency leaves the other faults where they were", async () => {
  expect(await outcomes({ errorRate: 0.25, latencyRate: 0.5, latency: 0 })).toBe(await outcomes({ errorRate: 0.25 }));
});

test("composes like any layer", async () => {
  await expect(compose(chaos(), chaos({ errorRate: 1 })).run(() => 1)).rejects.toBeInstanceOf(ChaosError);
});

test.each([
  [{ errorRate: 2 }, "Expected `errorRate` to be a number >= 0 and <= 1, got 2"],
  [{ hangRate: -0.1 }, "Expected `hangRate` to be a number >= 0 and <= 1, got -0.1"],
  [{ errorRate: 0.75, hangRate: 0.5 }, "Expected `errorRate + hangRate` to be a number >= 0 and <= 1, got 1.25"],
  [{ latencyRate: Number.NaN }, "Expected `latencyRate` to be a number >= 0 and <= 1, got NaN"],
  [{ latency: -1 }, "Expected `latency` to be a number >= 0, got -1"],
])("refuses %o", (options, message) => {
  expect(() => chaos(options)).toThrow(new RangeError(message));
});

test("refuses a bare rate, which would inject nothing", () => {
  expect(() => chaos(0.2 as never)).toThrow(new TypeError("Expected `options` to be an object, got 0.2"));
});

test("refuses a clock that cannot wait", () => {
  const message = "Expected `clock.after` to be a function, got undefined";
  expect(() => chaos({ clock: performance as never })).toThrow(new TypeError(message));
});
