/** A retry. */
import { backOff } from "exponential-backoff";
import { answer, flaky } from "../bare.ts";
import type { Contender } from "../contender.ts";

export const exponentialBackoff: Contender = {
  name: "exponential-backoff",
  packages: ["exponential-backoff"],
  does: {
    retrySuccess: () => () => backOff(answer),
    retryFailures() {
      const operation = flaky();
      return () => backOff(operation, { startingDelay: 0 });
    },
  },
};
