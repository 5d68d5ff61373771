/** A key that is too small for its load, for good. */
import type { Scenario } from "../scenario.ts";
import { allowance } from "./allowance.ts";

export const overload: Scenario = {
  name: "overload",
  story:
    "8 calls a second for ten minutes, with a key that may send 6 requests a second; the others get a 429 with the time until the next as `Retry-After`, in whole seconds",
  seconds: 600,
  rate: () => 8,
  limits: { attempt: 30_000, patience: 60_000 },
  behave: allowance({ atOnce: 10, perSecond: 6 }),
};
