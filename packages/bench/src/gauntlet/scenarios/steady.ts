/** A constant failure rate. */
import { healthyWork, type Scenario } from "../scenario.ts";

/** One request in five fails. */
export const steady: Scenario = {
  name: "steady",
  story: "20 % of requests fail (half 500, half 503), independently; 10 calls a second for 200 s",
  seconds: 200,
  rate: () => 10,
  limits: { attempt: 30_000, patience: 60_000 },
  behave:
    ({ random }) =>
    () => {
      const chance = random();
      if (chance < 0.2) return { takes: 50, status: chance < 0.1 ? 500 : 503 };
      return { takes: healthyWork(random), status: 200 };
    },
};
