/** Pipelines, and what their calls are like. */
import * as fc from "fast-check";
import { failures, type Failure, type Hears, type How, type Start, type Terms } from "./pipeline-stage.ts";

export const terms: fc.Arbitrary<Terms> = fc.record({
  total: fc.constantFrom(Infinity, Infinity, 60, 100.5),
  attempt: fc.constantFrom(10, 25, 2_500),
  retries: fc.constantFrom(0, 1, 3),
  delay: fc.constantFrom(0, 5, 10),
  reserve: fc.constantFrom(0, 2, 10),
  trip: fc.constantFrom(1, 2, 5),
  openFor: fc.constantFrom(10, 40),
  permits: fc.constantFrom(1, 2, 5),
  maxQueue: fc.constantFrom(0, 2, Infinity),
  queueTimeout: fc.constantFrom(Infinity, 15),
});

export const start: fc.Arbitrary<Start> = fc.record({
  hears: fc.constantFrom<Hears>("nothing", "its abort", "its abort", "throws at once"),
  patience: fc.constantFrom(Infinity, Infinity, 20),
  priority: fc.constantFrom(1, 1, 2),
  isLoud: fc.boolean(),
});
export const how: fc.Arbitrary<How> = fc.constantFrom<How>(
  "value",
  "value",
  "stream",
  "server",
  "server",
  "overloaded",
  "limited",
  "limited",
  "invalid",
);
export const ending: fc.Arbitrary<Failure | undefined> = fc.constantFrom(
  undefined,
  undefined,
  ...(Object.keys(failures) as Failure[]),
);
