import { constant, replayCap, retry, retryBudget } from "@evenkeel/retry";
import { fakeClock } from "@evenkeel/testkit";
import { describe, expect, it } from "vitest";

const failure = (processed: "no" | "maybe" | "yes"): Error =>
  Object.assign(new Error("failed"), { verdict: { action: "retry", kind: "server", processed, health: "failure" } });

/** How many attempts a call makes that always fails so. */
async function attemptsOf(layer: ReturnType<typeof retry>, processed: "no" | "maybe" | "yes"): Promise<number> {
  let attempts = 0;
  await layer
    .run(() => {
      attempts++;
      throw failure(processed);
    })
    .catch(() => {});
  return attempts;
}

describe("replayCap", () => {
  it("lets pass what was surely not billed", async () => {
    const layer = retry({ retries: 5, backoff: constant(0), replay: replayCap({ perCall: 0, limit: 0 }) });
    expect(await attemptsOf(layer, "no")).toBe(6);
  });

  it.each(["maybe", "yes"] as const)("caps the replays of one call where the work was done: %s", async (processed) => {
    const layer = retry({ retries: 5, backoff: constant(0), replay: replayCap({ perCall: 2 }) });
    expect(await attemptsOf(layer, processed)).toBe(3);
    expect(await attemptsOf(layer, processed)).toBe(3);
  });

  it("caps the replays of all calls within a rolling interval", async () => {
    const clock = fakeClock();
    const layer = retry({
      retries: 1,
      backoff: constant(0),
      clock,
      replay: replayCap({ limit: 2, interval: 1_000, clock }),
    });
    expect(await attemptsOf(layer, "maybe")).toBe(2);
    await clock.advance(600);
    expect(await attemptsOf(layer, "maybe")).toBe(2);
    expect(await attemptsOf(layer, "maybe")).toBe(1);
    await clock.advance(400); // the first is an interval ago, the second is not
    expect(await attemptsOf(layer, "maybe")).toBe(2);
    expect(await attemptsOf(layer, "maybe")).toBe(1);
  });

  it("allows none where the limit is 0, however many a call might have", async () => {
    const layer = retry({ retries: 5, backoff: constant(0), replay: replayCap({ perCall: 3, limit: 0 }) });
    expect(await attemptsOf(layer, "maybe")).toBe(1);
  });

  it("counts no replay that the budget forbids", async () => {
    const budget = retryBudget({ reserve: 0, deposit: 1 });
    const layer = retry({ retries: 1, backoff: constant(0), budget, replay: replayCap({ limit: 1 }) });
    expect(await attemptsOf(layer, "maybe")).toBe(1);
    budget.deposit("default");
    expect(await attemptsOf(layer, "maybe")).toBe(2);
  });

  it("charges the budget for no replay that it forbids itself", async () => {
    const budget = retryBudget({ reserve: 5 });
    const layer = retry({ retries: 1, backoff: constant(0), budget, replay: replayCap({ limit: 0 }) });
    await attemptsOf(layer, "maybe");
    expect(budget.balance("default")).toBe(5);
  });

  it("tells nobody that what was surely not done may be billed twice", async () => {
    const events: object[] = [];
    const layer = retry({ retries: 1, backoff: constant(0) });
    await layer.run(() => Promise.reject(failure("no")), { emit: (event) => void events.push(event) }).catch(() => {});
    expect(events).toMatchObject([
      { type: "retry", mayBillTwice: false },
      { type: "retry-give-up", attempts: 2 },
    ]);
  });

  it("gives the reason `processed` when it ends the retries, and the events tell what may be billed twice", async () => {
    const events: object[] = [];
    const layer = retry({ retries: 5, backoff: constant(0), replay: replayCap({ perCall: 1 }) });
    await layer
      .run(() => Promise.reject(failure("maybe")), { emit: (event) => void events.push(event) })
      .catch(() => {});
    expect(events).toMatchObject([
      { type: "retry", mayBillTwice: true },
      { type: "retry-give-up", reason: "processed", attempts: 2 },
    ]);
  });

  it.each([
    [1, "Expected `options` to be an object, got 1"],
    [{ perCall: -1 }, "Expected `perCall` to be an integer >= 0, got -1"],
    [{ limit: 0.5 }, "Expected `limit` to be an integer >= 0, got 0.5"],
    [{ interval: 0 }, "Expected `interval` to be a number > 0, got 0"],
    [{ clock: null as never }, "Expected `clock.now` to be a function, got undefined"],
  ])("refuses %o", (options, message) => {
    expect(() => replayCap(options as object)).toThrow(message);
  });
});
