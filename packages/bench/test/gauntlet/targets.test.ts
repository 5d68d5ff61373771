import { describe, expect, it } from "vitest";
import type { Contender } from "../../src/gauntlet/contender.ts";
import { bare } from "../../src/gauntlet/contenders/bare.ts";
import { evenkeel, evenkeelUntouched, evenkeelWaiting } from "../../src/gauntlet/contenders/evenkeel.ts";
import { play } from "../../src/gauntlet/play.ts";
import type { Reply } from "../../src/gauntlet/provider.ts";
import { healthyWork, isWithin, type Scenario } from "../../src/gauntlet/scenario.ts";
import { burst } from "../../src/gauntlet/scenarios/burst.ts";
import { fleet } from "../../src/gauntlet/scenarios/fleet.ts";
import { outage } from "../../src/gauntlet/scenarios/outage.ts";
import { overload } from "../../src/gauntlet/scenarios/overload.ts";
import { quota } from "../../src/gauntlet/scenarios/quota.ts";
import { spike } from "../../src/gauntlet/scenarios/spike.ts";
import { steady } from "../../src/gauntlet/scenarios/steady.ts";
import { storm } from "../../src/gauntlet/scenarios/storm.ts";
import { throttle } from "../../src/gauntlet/scenarios/throttle.ts";

/** A thousand calls to a provider that is dead, in one of the ways in which it can be. */
function dead(reply: Reply): Scenario {
  const trouble = { from: 30, to: 130 };
  return {
    name: "dead",
    story: "",
    seconds: 130,
    rate: () => 10,
    limits: { attempt: 5_000, patience: 60_000 },
    trouble,
    behave:
      ({ second, random }) =>
      () =>
        isWithin(trouble, second()) ? reply : { takes: healthyWork(random), status: 200 },
  };
}

async function mean(
  scenario: Scenario,
  contender: Contender,
  seeds: number,
): Promise<{ goodput: number; load: number }> {
  const sum = { goodput: 0, load: 0 };
  for (let seed = 1; seed <= seeds; seed++) {
    const { goodput, load } = await play(scenario, contender, seed);
    sum.goodput += goodput / seeds;
    sum.load += load / seeds;
  }
  return sum;
}

const deaths: readonly (readonly [how: string, reply: Reply])[] = [
  ["refuses connections", { takes: 1, status: 0 }],
  ["answers 503", { takes: 20, status: 503 }],
  ["never answers", { takes: Infinity, status: 200 }],
  ["throttles them all, and says until when", { takes: 5, status: 429, headers: { "retry-after": "10" } }],
];

describe.each([evenkeel, evenkeelUntouched])("with its defaults, $name", { timeout: 60_000 }, (contender) => {
  it.each(deaths)("sends at most 1.1 requests per call over 1,000 calls to a provider that %s", async (_how, reply) => {
    for (const seed of [1, 2, 3]) {
      const { loadInTrouble } = await play(dead(reply), contender, seed);
      expect(loadInTrouble).toBeLessThanOrEqual(1.1);
    }
  });

  it("does not collapse after a spike, at next to no further load", async () => {
    for (let seed = 1; seed <= 4; seed++) {
      const { collapsed, load } = await play(spike, contender, seed);
      expect(collapsed).toBe(false);
      expect(load).toBeLessThan(1.1);
    }
  });

  it("has an answer for nearly all who wait through a storm of 429, at a decent load", async () => {
    const { goodput, load } = await mean(throttle, contender, 4);
    expect(goodput).toBeGreaterThan(0.995);
    expect(load).toBeLessThan(1.1);
  });

  it("answers as many calls as a key allows that is always too small, at a decent load", async () => {
    const { goodput, load } = await mean(overload, contender, 1);
    expect(goodput).toBeGreaterThan(0.98 * (6 / 8));
    expect(load).toBeLessThan(1.1);
  });

  it("sends only what its budgets allow where many processes share such a key", async () => {
    const { goodput, load } = await mean(fleet, contender, 1);
    expect(goodput).toBeGreaterThan(0.98 * (6 / 8));
    expect(load).toBeLessThan(1.3 + 20 / 96); // each process has a reserve of its own, for its 96 calls
  });

  it("answers those who come after a storm of 429 that outlasted the patience of those before them", async () => {
    const [ours, theirs] = [await mean(storm, contender, 2), await mean(storm, bare, 2)];
    expect(ours.goodput).toBeGreaterThan(theirs.goodput);
  });

  it("loses hardly a call of a burst, though most of it is throttled", async () => {
    const { goodput } = await mean(burst, contender, 4);
    expect(goodput).toBeGreaterThan(0.9);
  });

  it("opens no circuit where a fifth of the calls fails by chance", async () => {
    for (let seed = 1; seed <= 40; seed++) {
      const { goodput } = await play({ ...steady, seconds: 10 }, contender, seed);
      expect(goodput, `seed ${seed}`).toBeGreaterThan(0.95);
    }
  });

  it("answers as many calls of an outage as a caller without retries, but for 2 %", async () => {
    const [ours, theirs] = [await mean(outage, contender, 8), await mean(outage, bare, 8)];
    expect(ours.goodput).toBeGreaterThanOrEqual(0.98 * theirs.goodput);
  });

  it("asks once where the quota is exhausted, and is back at once", async () => {
    const { load, recovery } = await play(quota, contender, 1);
    expect([load, recovery]).toEqual([1, 0]);
  });
});

describe("with calls that wait for an open circuit, the toolkit", { timeout: 60_000 }, () => {
  it("loses hardly a call of an outage, at next to no further load", async () => {
    const { goodput, load } = await mean(outage, evenkeelWaiting, 8);
    expect(goodput).toBeGreaterThan(0.99);
    expect(load).toBeLessThan(1.05);
  });

  it("does not collapse after a spike, be it four times as long and higher", async () => {
    const long = { from: 20, to: 40 };
    const harder: Scenario = { ...spike, seconds: 160, rate: (second) => (isWithin(long, second) ? 100 : 40) };
    for (const scenario of [spike, harder]) {
      const { collapsed, goodput } = await play(scenario, evenkeelWaiting, 1);
      expect(collapsed).toBe(false);
      expect(goodput).toBeGreaterThan(0.98);
    }
  });
});
