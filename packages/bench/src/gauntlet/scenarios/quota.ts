/** A key without credit. */
import { errorBody } from "../fetch-of.ts";
import { healthyWork, isWithin, type Scenario } from "../scenario.ts";

const trouble = { from: 60, to: 240 };
const body = errorBody("insufficient_quota", "insufficient_quota", "You exceeded your current quota");

/** The quota is exhausted, until somebody pays. */
export const quota: Scenario = {
  name: "quota",
  story: "every request gets a 429 `insufficient_quota` for 180 s; 5 calls a second for 300 s",
  seconds: 300,
  rate: () => 5,
  limits: { attempt: 30_000, patience: 60_000 },
  trouble,
  behave:
    ({ second, random }) =>
    () =>
      isWithin(trouble, second()) ? { takes: 20, status: 429, body } : { takes: healthyWork(random), status: 200 },
};
