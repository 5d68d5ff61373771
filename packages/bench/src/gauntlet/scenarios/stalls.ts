/** Requests without an answer. */
import { healthyWork, type Scenario } from "../scenario.ts";

/** Two requests in a hundred are never answered. */
export const stalls: Scenario = {
  name: "stalls",
  story: "2 % of requests are never answered; the limit for an attempt is 20 s; 10 calls a second for 200 s",
  seconds: 200,
  rate: () => 10,
  limits: { attempt: 20_000, patience: 60_000 },
  behave:
    ({ random }) =>
    () =>
      random() < 0.02 ? { takes: Infinity, status: 200 } : { takes: healthyWork(random), status: 200 },
};
