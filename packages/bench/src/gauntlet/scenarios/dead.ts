/** A long outage. */
import { healthyWork, isWithin, type Scenario } from "../scenario.ts";

const trouble = { from: 60, to: 3_660 };

/** For an hour, all connections are refused. */
export const dead: Scenario = {
  name: "dead",
  story: "every connection is refused for an hour; 1 call a second for 65 min",
  seconds: 3_900,
  rate: () => 1,
  limits: { attempt: 30_000, patience: 60_000 },
  trouble,
  behave:
    ({ second, random }) =>
    () =>
      isWithin(trouble, second()) ? { takes: 5, status: 0 } : { takes: healthyWork(random), status: 200 },
};
