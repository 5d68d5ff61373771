/** A key that is throttled for longer than its callers wait. */
import { isWithin, type Scenario } from "../scenario.ts";

const trouble = { from: 40, to: 140 };

export const storm: Scenario = {
  name: "storm",
  story:
    "for 100 s every request gets a 429 with a `Retry-After` of 10 s, and callers wait for 60 s; 8 calls a second for 300 s, an answer takes 5 to 15 s",
  seconds: 300,
  rate: () => 8,
  limits: { attempt: 30_000, patience: 60_000 },
  trouble,
  behave:
    ({ second, random }) =>
    () =>
      isWithin(trouble, second())
        ? { takes: 5, status: 429, headers: { "retry-after": "10" } }
        : { takes: 5_000 + 10_000 * random(), status: 200 },
};
