/** Spreads waits, so that those who failed together do not come back together. */
import type { Random } from "@evenkeel/core";

/** Returns a wait in ms made from `delay`. The three here never exceed it. */
export type Jitter = (delay: number, random: Random) => number;

/** Picks any wait from 0 to `delay`: in the simulation of AWS's "Exponential Backoff And Jitter" (2015) the soonest to finish of the three. */
export const full: Jitter = (delay, random) => delay * random();

/** Keeps half of `delay` and picks the other half. */
export const equal: Jitter = (delay, random) => (delay / 2) * (1 + random());

/** Keeps `delay` as it is. */
export const none: Jitter = (delay) => delay;
