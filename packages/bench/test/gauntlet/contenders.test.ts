import { describe, expect, it } from "vitest";
import type { Contender } from "../../src/gauntlet/contender.ts";
import { contenders } from "../../src/gauntlet/contenders.ts";
import { play } from "../../src/gauntlet/play.ts";
import { healthyWork, type Scenario } from "../../src/gauntlet/scenario.ts";
import { scenarios } from "../../src/gauntlet/scenarios.ts";
import { steady } from "../../src/gauntlet/scenarios/steady.ts";

const calm: Scenario = {
  name: "calm",
  story: "nothing happens",
  seconds: 60,
  rate: () => 2,
  limits: { attempt: 30_000, patience: 60_000 },
  behave:
    ({ random }) =>
    () => ({ takes: healthyWork(random), status: 200 }),
};

const flaky: Scenario = { ...steady, seconds: 20 };

/** One call, and a provider that answers it with nothing but this status. */
function failing(status: number): Scenario {
  return {
    ...calm,
    rate: (second) => (second === 0 ? 1 : 0),
    limits: { attempt: 30_000, patience: 3_600_000 },
    behave: () => () => ({ takes: 10, status }),
  };
}

/** How many requests each sends for one call that fails, as its documentation says: at a refused connection, and at a 503. */
const requests: Readonly<Record<string, readonly [refused: number, unavailable: number]>> = {
  evenkeel: [4, 4],
  "evenkeel, untouched": [4, 4],
  "evenkeel + semaphore": [4, 4],
  "evenkeel + semaphore, waiting": [74, 74], // in an hour of patience: 20 open the circuit, then the waits grow to a minute
  openai: [3, 3],
  "p-retry + p-timeout": [11, 11],
  "p-limit + p-retry + p-timeout": [11, 11],
  cockatiel: [4, 4],
  "cockatiel + bulkhead": [4, 4],
  opossum: [1, 1],
  ky: [3, 3],
  "undici retry": [6, 6],
  effect: [4, 4],
  "bare fetch": [1, 1],
};

describe.each(contenders)("$name", { timeout: 60_000 }, (contender) => {
  it("is answered while all is well, with one request per call", async () => {
    const { goodput, load, p50, wasted } = await play(calm, contender, 1);
    expect([goodput, load, wasted]).toEqual([1, 1, 0]);
    expect(p50).toBeGreaterThan(0.7);
    expect(p50).toBeLessThan(1.5);
  });

  it("lives in virtual time and by seeded chance: the same seed, the same outcome", async () => {
    const first = await play(flaky, contender, 3);
    expect(await play(flaky, contender, 3)).toEqual(first);
    expect((await play(flaky, contender, 4)).answered).not.toEqual(first.answered);
  });

  it("sends as many requests for a call that fails as it says", async () => {
    expect([await requestsFor(0, contender), await requestsFor(503, contender)]).toEqual(requests[contender.name]);
  });
});

async function requestsFor(status: number, contender: Contender): Promise<number> {
  const { calls, load, goodput } = await play(failing(status), contender, 1);
  expect([calls, goodput]).toEqual([1, 0]);
  return load;
}

describe("the gauntlet", () => {
  it("has names that tell apart", () => {
    for (const all of [contenders, scenarios]) expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
  });

  it("sends the same calls to everybody", async () => {
    const counts = [];
    for (const contender of contenders) counts.push((await play(flaky, contender, 9)).calls);
    expect(new Set(counts).size).toBe(1);
  });
});
