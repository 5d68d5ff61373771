/** Jitters: randomise waits, so that callers that failed together do not retry together. */
import type { Random } from "@evenkeel/core";

/** Returns the wait to use in place of `delay`, both in ms. The jitters of this package never exceed `delay`. */
export type Jitter = (delay: number, random: Random) => number;

/** Waits between 0 and `delay`. Of the three, the fastest to finish in the simulation of AWS's "Exponential Backoff And Jitter" (2015). */
export const full: Jitter = (delay, random) => delay * random();

/** Waits between half of `delay` and all of it. */
export const equal: Jitter = (delay, random) => (delay / 2) * (1 + random());

/** Waits exactly `delay`. */
export const none: Jitter = (delay) => delay;
