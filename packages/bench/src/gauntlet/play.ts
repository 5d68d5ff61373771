/** Sends one contender once through one scenario. */
import { seededRandom } from "@evenkeel/testkit";
import { arrivals, exponential } from "./arrivals.ts";
import type { Contender } from "./contender.ts";
import { answer, fetchOf } from "./fetch-of.ts";
import { liveIn } from "./live-in.ts";
import { outcome, type CallRecord, type Outcome } from "./outcome.ts";
import { provider } from "./provider.ts";
import type { Scenario } from "./scenario.ts";
import { virtualTime } from "./virtual-time.ts";

/** Runs are told from each other by their seed alone: all contenders meet the same calls at the same times. */
export async function play(scenario: Scenario, contender: Contender, seed: number): Promise<Outcome> {
  const clock = virtualTime(epoch);
  const second = (): number => (clock.now() - epoch) / 1_000;
  const [comings, fate, random] = [0, 1, 2].map((stream) => seededRandom(seed * 3 + stream)) as [Draw, Draw, Draw];
  const { seconds, rate, limits, network = 20 } = scenario;

  const sent: number[] = [];
  const upstream = provider({
    clock,
    behave: scenario.behave({ second, random: fate }),
    network: () => exponential(fate, network),
    onRequest: () => sent.push(second()),
  });
  const world = { provider: upstream, fetch: fetchOf(upstream), limits, clock, random };
  const calls: CallRecord[] = [];

  const restore = liveIn(clock, random);
  try {
    await clock.run(async () => {
      const ask = await contender.start(world);
      await arrivals({ clock, random: comings, rate, seconds }, async (at) => {
        const caller = new AbortController();
        const stopWaiting = clock.after(limits.patience, () => caller.abort(new Error("The caller has lost patience")));
        const isGood = await ask(caller.signal).then(
          (text) => text === answer && !caller.signal.aborted,
          () => false,
        );
        stopWaiting();
        calls.push({ at, end: second(), isGood });
      });
      // What nobody waits for any more is worked out, and billed, all the same.
      await new Promise<void>((resolve) => void clock.after(longestWork, resolve));
    });
  } finally {
    restore();
  }
  return outcome(scenario, { calls, sent, paid: upstream.paid });
}

type Draw = () => number;

/** A date of no importance, in whole seconds. */
const epoch = 1_780_000_000_000;

const longestWork = 150_000;
