/** This toolkit, with its defaults. */
import { circuitBreaker, consecutive } from "@evenkeel/circuit-breaker";
import { resilientFetch, type ResilientFetchOptions } from "@evenkeel/fetch";
import { semaphore } from "@evenkeel/rate-limit";
import { post, type Ask, type Contender, type World } from "../contender.ts";
import { concurrency } from "./careful-user.ts";

function start({ fetch, clock, random }: World, options: ResilientFetchOptions = {}): Ask {
  const resilient = resilientFetch({ fetch, clock, random, ...options });
  return (signal) => post(resilient, signal);
}

/** The limits of the scenario, as a profile. */
function profileOf({ limits: { attempt, patience } }: World): ResilientFetchOptions["profile"] {
  return { connect: attempt, firstContent: attempt, gap: attempt, total: patience };
}

/** `resilientFetch` with the limits of the scenario. */
export const evenkeel: Contender = {
  name: "evenkeel",
  packages: [],
  settings: "`resilientFetch({ profile })`, with the caller's limits as the profile, otherwise defaults",
  start: (world) => start(world, { profile: profileOf(world) }),
};

/** The same for work that can wait, as docs/guide/order-of-layers.md has it: an open circuit holds calls back. */
export const evenkeelWaiting: Contender = {
  name: "evenkeel + semaphore, waiting",
  packages: [],
  settings: `the same with \`whenOpen: "wait"\` and \`breaker: circuitBreaker({ trip: consecutive(20), countPer: "attempt", factor: 2 })\``,
  knowsConcurrency: true,
  start: (world) => {
    const { clock, random } = world;
    return start(world, {
      profile: profileOf(world),
      rateLimit: semaphore({ permits: concurrency, clock }),
      whenOpen: "wait",
      breaker: circuitBreaker({ trip: consecutive(20), countPer: "attempt", factor: 2, clock, random }),
    });
  },
};

/** Options that differ from the defaults. */
export type Setting = (world: World) => ResilientFetchOptions;

/** The same with a different setting, to check the default. */
export function evenkeelSetTo(name: string, setting: Setting): Contender {
  const startSo = (world: World): Ask => start(world, { profile: profileOf(world), ...setting(world) });
  return { ...evenkeel, name, settings: "one setting changed", start: startSo };
}

/** `resilientFetch` without options. */
export const evenkeelUntouched: Contender = {
  name: "evenkeel, untouched",
  packages: [],
  settings: "`resilientFetch()`, with its own limits, too (300 s to the answer)",
  start: (world) => start(world),
};

/** `resilientFetch` with a concurrency limit. */
export const evenkeelSemaphore: Contender = {
  name: "evenkeel + semaphore",
  packages: [],
  settings: `\`resilientFetch({ profile, rateLimit: semaphore({ permits: ${concurrency} }) })\``,
  knowsConcurrency: true,
  start: (world) =>
    start(world, {
      profile: profileOf(world),
      rateLimit: semaphore({ permits: concurrency, clock: world.clock }),
    }),
};
