/** A batch job that makes all of its calls at once. */
import type { Scenario } from "../scenario.ts";
import { allowance } from "./allowance.ts";

const calls = 300;
const atOnce = 260;

/** How long it takes to make them all, in seconds. */
const moment = 0.01;

export const burst: Scenario = {
  name: "burst",
  story: `${calls} calls at once, with a key that may send ${atOnce} at once, and then one a second; the others get a 429 with the time until the next as \`Retry-After\``,
  seconds: moment,
  rate: () => calls / moment,
  limits: { attempt: 30_000, patience: 120_000 },
  behave: allowance({ atOnce, perSecond: 1 }),
};
