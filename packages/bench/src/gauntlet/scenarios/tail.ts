/** Slow answers. */
import { healthyWork, type Scenario } from "../scenario.ts";

/** The latency of one answer in ten has a heavy tail. */
export const tail: Scenario = {
  name: "tail",
  story:
    "10 % of answers take 5 s or longer (Pareto, exponent 1.2, at most 120 s); the limit for an attempt is 30 s; 10 calls a second for 200 s",
  seconds: 200,
  rate: () => 10,
  limits: { attempt: 30_000, patience: 90_000 },
  behave:
    ({ random }) =>
    () => {
      if (random() >= 0.1) return { takes: healthyWork(random), status: 200 };
      return { takes: Math.min(120_000, 5_000 * (1 - random()) ** (-1 / 1.2)), status: 200 };
    },
};
