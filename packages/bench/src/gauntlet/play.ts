/** Runs one contender through one scenario, once. */
import { seededRandom } from "@evenkeel/testkit";
import { arrivals, exponential } from "./arrivals.ts";
import type { Ask, Contender } from "./contender.ts";
import { answer, fetchOf } from "./fetch-of.ts";
import { liveIn } from "./live-in.ts";
import { outcome, type CallRecord, type Outcome } from "./outcome.ts";
import { provider } from "./provider.ts";
import type { Scenario } from "./scenario.ts";
import { virtualTime } from "./virtual-time.ts";

/** The seed alone determines the calls and their times, which are the same for all contenders. */
export async function play(scenario: Scenario, contender: Contender, seed: number): Promise<Outcome> {
  const clock = virtualTime(epoch);
  const second = (): number => (clock.now() - epoch) / 1_000;
  // Separate generators, so that how often a contender draws changes neither the arrivals nor the provider.
  const arrivalRandom = seededRandom(seed * 3);
  const providerRandom = seededRandom(seed * 3 + 1);
  const random = seededRandom(seed * 3 + 2);
  const { seconds, rate, limits, processes = 1, network = 20 } = scenario;

  const sent: number[] = [];
  const upstream = provider({
    clock,
    behave: scenario.behave({ second, random: providerRandom }),
    network: () => exponential(providerRandom, network),
    onRequest: () => sent.push(second()),
  });
  const world = { provider: upstream, fetch: fetchOf(upstream), limits, clock, random };
  const calls: CallRecord[] = [];

  const restore = liveIn(clock, random);
  try {
    await clock.run(async () => {
      const fleet: Ask[] = [];
      while (fleet.length < processes) fleet.push(await contender.start(world));
      let turn = 0;
      await arrivals({ clock, random: arrivalRandom, rate, seconds }, async (at) => {
        const caller = new AbortController();
        const stopWaiting = clock.after(limits.patience, () => caller.abort(new Error("The caller has lost patience")));
        const ask = fleet[turn++ % processes]!;
        const isGood = await ask(caller.signal).then(
          (text) => text === answer && !caller.signal.aborted,
          () => false,
        );
        stopWaiting();
        calls.push({ at, end: second(), isGood });
      });
      // Answers that nobody waits for any more are still generated and billed.
      await new Promise<void>((resolve) => void clock.after(longestWork, resolve));
    });
  } finally {
    restore();
  }
  return outcome(scenario, { calls, sent, paid: upstream.paid });
}

/** An arbitrary date, in whole seconds. */
const epoch = 1_780_000_000_000;

/** Longer than any work of a provider takes, in ms. */
const longestWork = 150_000;
