/** The client-side throttle of Google's SRE book, and failsafe-go's variant of it, before a server that grants so many calls a second. */
import { seededRandom } from "@evenkeel/testkit";
import { describe, expect, it } from "vitest";
import { arrivals } from "../../src/gauntlet/arrivals.ts";
import { virtualTime } from "../../src/gauntlet/virtual-time.ts";

/** What was counted within the last two minutes. */
interface Counts {
  readonly asked: number;
  readonly sent: number;
  readonly accepted: number;
}

/** How likely a call is refused before it is sent. */
type Throttle = (counts: Counts) => number;

const sre =
  (k: number): Throttle =>
  ({ asked, accepted }) =>
    Math.max(0, (asked - k * accepted) / (asked + 1));

/** Counts only what was sent, so that it leaks the more the worse the overload is. */
const failsafe: Throttle = ({ sent, accepted }) => Math.min(0.9, Math.max(0, (sent - accepted / 0.9) / (sent + 1)));

/** What the throttles send, as a share of the demand, by the demand as a multiple of the capacity. */
const published: readonly (readonly [demand: number, k2: number, k11: number, failsafe: number])[] = [
  [2, 1, 0.542, 0.747],
  [4, 0.504, 0.269, 0.529],
  [10, 0.205, 0.103, 0.338],
];

const cases = published.flatMap(([demand, ...shares]) => [
  { name: "SRE, K = 2", throttle: sre(2), demand, share: shares[0], theory: Math.min(1, 2 / demand) },
  { name: "SRE, K = 1.1", throttle: sre(1.1), demand, share: shares[1], theory: 1.1 / demand },
  { name: "failsafe-go", throttle: failsafe, demand, share: shares[2], theory: Math.sqrt(1 / 0.9 / demand) },
]);

describe("client-side throttles", { timeout: 60_000 }, () => {
  it.each(cases)(
    "$name at $demand times the capacity: $share of the demand",
    async ({ throttle, demand, share, theory }) => {
      const measured = await sentShare(throttle, demand);
      // No error was told; the published shares are up to 6 % off the theory themselves.
      expect(Math.abs(measured / share - 1)).toBeLessThan(0.05);
      expect(Math.abs(measured / theory - 1)).toBeLessThan(0.07);
    },
  );
});

const capacity = 50;
const window = 120;

async function sentShare(throttle: Throttle, demand: number): Promise<number> {
  const clock = virtualTime();
  const random = seededRandom(1);
  const past: { readonly at: number; readonly isSent: boolean; readonly isAccepted: boolean }[] = [];
  let oldest = 0;
  const counts = { asked: 0, sent: 0, accepted: 0 };
  let grantedIn = -1;
  let granted = 0;
  let sent = 0;

  function isGranted(second: number): boolean {
    if (Math.floor(second) !== grantedIn) granted = 0;
    grantedIn = Math.floor(second);
    return ++granted <= capacity;
  }
  function count({ isSent, isAccepted }: (typeof past)[number], by: 1 | -1): void {
    counts.asked += by;
    if (isSent) counts.sent += by;
    if (isAccepted) counts.accepted += by;
  }

  await clock.run(() =>
    arrivals({ clock, random, rate: () => demand * capacity, seconds: 300 }, async (second) => {
      while (oldest < past.length && past[oldest]!.at < second - window) count(past[oldest++]!, -1);
      const isSent = random() >= throttle(counts);
      const call = { at: second, isSent, isAccepted: isSent && isGranted(second) };
      past.push(call);
      count(call, 1);
      if (isSent) sent++;
    }),
  );
  return sent / past.length;
}
