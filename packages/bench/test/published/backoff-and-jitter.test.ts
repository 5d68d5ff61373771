/** Marc Brooker, "Exponential Backoff And Jitter" (AWS, 2015): clients that contend for one row, with our retry and our backoffs. */
import { wrap, type Random } from "@evenkeel/core";
import { constant, decorrelated, equal, exponential, full, none, retry, type Backoff } from "@evenkeel/retry";
import { seededRandom } from "@evenkeel/testkit";
import { describe, expect, it } from "vitest";
import { virtualTime } from "../../src/gauntlet/virtual-time.ts";
import { disagreements } from "./agreement.ts";

const max = 2_000;

/** The original counts the attempt before its first wait: 5 ms, doubled once. */
const initial = 10;

const backoffs = {
  none: constant(0),
  exponential: exponential({ initial, max, jitter: none }),
  decorrelated: decorrelated({ initial: 5, max }),
  equal: exponential({ initial, max, jitter: equal }),
  full: exponential({ initial, max, jitter: full }),
} satisfies Record<string, Backoff>;

type Row = Readonly<Record<keyof typeof backoffs, readonly [ms: number, calls: number]>>;

/** Milliseconds until all are done, and calls in all; means of 200 trials. */
const published: readonly (readonly [clients: number, trials: number, row: Row])[] = [
  [
    10,
    60,
    { none: [383, 51.1], exponential: [3473, 50.8], decorrelated: [427, 37.6], equal: [703, 42.3], full: [471, 39.1] },
  ],
  [
    50,
    30,
    {
      none: [1141, 689.2],
      exponential: [36_390, 622.5],
      decorrelated: [2218, 374.6],
      equal: [4136, 346.7],
      full: [2921, 332.5],
    },
  ],
  [
    100,
    30,
    {
      none: [2025, 2419.4],
      exponential: [63_371, 1853.9],
      decorrelated: [4624, 1001.5],
      equal: [6580, 813],
      full: [4918, 795.4],
    },
  ],
  [
    190,
    8,
    {
      none: [3539, 8003],
      exponential: [101_091, 5160],
      decorrelated: [8012, 2430],
      equal: [9379, 1760],
      full: [7479, 1773],
    },
  ],
];

/** The errors that were told, at 100 clients. */
const errors: Row = {
  none: [3, 2.2],
  exponential: [263, 4],
  decorrelated: [54, 1.9],
  equal: [47, 0.5],
  full: [38, 0.5],
};

const cases = published.flatMap(([clients, trials, row]) =>
  Object.entries(row).map(([name, [ms, calls]]) => ({ clients, trials, name: name as keyof Row, ms, calls })),
);

describe("exponential backoff and jitter", { timeout: 60_000 }, () => {
  it.each(cases)("$clients clients, $name: $ms ms, $calls calls", async ({ clients, trials, name, ms, calls }) => {
    const results = [];
    for (let seed = 1; seed <= trials; seed++) results.push(await contend(clients, backoffs[name], seed));
    const [msError, callsError] = clients === 100 ? errors[name] : [];
    const trial = { trials: 200, digit: clients === 190 ? 1 : 0.1 };
    expect(
      disagreements([
        ["ms", results.map((each) => each.ms), { ...trial, mean: ms, error: msError, digit: 1 }],
        ["calls", results.map((each) => each.calls), { ...trial, mean: calls, error: callsError }],
      ]),
    ).toEqual([]);
  });
});

/** Each client reads a row and writes it; the write succeeds if nobody else wrote in between. */
async function contend(clients: number, backoff: Backoff, seed: number): Promise<{ ms: number; calls: number }> {
  const clock = virtualTime();
  const random = seededRandom(seed);
  const travel = (legs: number): Promise<void> =>
    new Promise((resolve) => {
      let ms = 0;
      for (let i = 0; i < legs; i++) ms += Math.abs(10 + 2 * gaussian(random));
      clock.after(ms, resolve);
    });
  let version = 0;
  let calls = 0;

  const write = wrap(
    async () => {
      calls++;
      await travel(1);
      const seen = version;
      await travel(2);
      const isCurrent = seen === version;
      if (isCurrent) version++;
      await travel(1);
      if (!isCurrent) throw new Error("Somebody else wrote");
    },
    retry({ retries: Infinity, backoff, clock, random }),
  );
  await clock.run(() => Promise.all(Array.from({ length: clients }, () => write())));
  return { ms: clock.now(), calls };
}

function gaussian(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
