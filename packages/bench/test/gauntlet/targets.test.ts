import { describe, expect, it } from "vitest";
import { evenkeel, evenkeelUntouched } from "../../src/gauntlet/contenders/evenkeel.ts";
import { play } from "../../src/gauntlet/play.ts";
import type { Reply } from "../../src/gauntlet/provider.ts";
import { healthyWork, isWithin, type Scenario } from "../../src/gauntlet/scenario.ts";
import { quota } from "../../src/gauntlet/scenarios/quota.ts";
import { spike } from "../../src/gauntlet/scenarios/spike.ts";

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

const deaths: readonly (readonly [how: string, reply: Reply])[] = [
  ["refuses connections", { takes: 1, status: 0 }],
  ["answers 503", { takes: 20, status: 503 }],
  ["never answers", { takes: Infinity, status: 200 }],
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

  it("asks once where the quota is exhausted, and is back at once", async () => {
    const { load, recovery } = await play(quota, contender, 1);
    expect([load, recovery]).toEqual([1, 0]);
  });
});
