import { describe, expect, it } from "vitest";
import { outcome, type CallRecord } from "../../src/gauntlet/outcome.ts";
import type { Scenario } from "../../src/gauntlet/scenario.ts";
import { estimate, summary } from "../../src/gauntlet/summary.ts";

const scenario: Scenario = {
  name: "made up",
  story: "",
  seconds: 100,
  rate: () => 1,
  limits: { attempt: 1, patience: 1 },
  trouble: { from: 20, to: 40 },
  behave: () => () => ({ takes: 1, status: 200 }),
};

/** A call each second, of which those fail that `fails` names. */
function calls(fails: (second: number) => boolean): CallRecord[] {
  return Array.from({ length: 100 }, (_, at) => ({ at, end: at + 1 + at / 100, isGood: !fails(at) }));
}

const atOnce = Array.from({ length: 100 }, (_, at) => at);

describe("an outcome", () => {
  it("counts what was answered, what was sent and what was for nothing", () => {
    const during = (second: number): boolean => second >= 20 && second < 40;
    const result = outcome(scenario, { calls: calls(during), sent: [...atOnce, 25, 26, 99], paid: 85 });
    expect(result).toMatchObject({ calls: 100, goodput: 0.8, load: 1.03, loadInTrouble: 1.1, wasted: 50, recovery: 0 });
    expect(result.collapsed).toBe(false);
    expect(result.answered.slice(18, 22)).toEqual([1, 1, 0, 0]);
    expect(result.requests[25]).toBe(2);
  });

  it("measures answered calls alone", () => {
    const { p50, p99 } = outcome(scenario, { calls: calls((second) => second >= 50), sent: [], paid: 50 });
    expect(p50).toBeCloseTo(1.25);
    expect(p99).toBeCloseTo(1.49);
  });

  it("has recovered when ten seconds go well", () => {
    const result = outcome(scenario, { calls: calls((at) => (at >= 20 && at < 48) || at === 52), sent: [], paid: 0 });
    expect(result.recovery).toBe(12.5);
  });

  it("has collapsed when most fail at the end", () => {
    const result = outcome(scenario, { calls: calls((at) => at >= 20 && at % 3 > 0), sent: [], paid: 0 });
    expect(result.collapsed).toBe(true);
    expect(result.recovery).toBe(Infinity);
  });

  it("says nothing of trouble where there is none", () => {
    const result = outcome({ ...scenario, trouble: undefined }, { calls: calls(() => false), sent: atOnce, paid: 100 });
    expect([result.loadInTrouble, result.recovery]).toEqual([undefined, undefined]);
  });
});

describe("a summary", () => {
  it("has means with their errors, and medians", () => {
    const runs = [10, 20, 60].map((bad) =>
      outcome(scenario, { calls: calls((at) => at >= 100 - bad), sent: atOnce, paid: 100 }),
    );
    const sum = summary("made up", "somebody", runs);
    expect(sum).toMatchObject({ scenario: "made up", contender: "somebody", runs: 3, collapsed: 2 });
    expect(sum.goodput.mean).toBeCloseTo(0.7);
    expect(sum.goodput.error).toBeCloseTo(Math.sqrt((0.2 ** 2 + 0.1 ** 2 + 0.3 ** 2) / 2 / 3));
    expect(sum.recovery).toBe(0);
    expect(sum.answered[95]).toBe(0);
    expect(sum.answered[85]).toBeCloseTo(1 / 3);
  });

  it("knows no error of a single run", () => {
    expect(estimate([4])).toEqual({ mean: 4, error: 0 });
  });
});
