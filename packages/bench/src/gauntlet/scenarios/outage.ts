/** A short outage. */
import { healthyWork, isWithin, type Scenario } from "../scenario.ts";

const trouble = { from: 60, to: 90 };

/** For half a minute, all requests fail. */
export const outage: Scenario = {
  name: "outage",
  story: "every request gets a 503 for 30 s; 10 calls a second for 180 s",
  seconds: 180,
  rate: () => 10,
  limits: { attempt: 30_000, patience: 60_000 },
  trouble,
  behave:
    ({ second, random }) =>
    () =>
      isWithin(trouble, second()) ? { takes: 20, status: 503 } : { takes: healthyWork(random), status: 200 },
};
