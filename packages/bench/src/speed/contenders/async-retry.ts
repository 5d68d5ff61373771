/** A retry. */
import retry from "async-retry";
import { answer, flaky } from "../bare.ts";
import type { Contender } from "../contender.ts";

export const asyncRetry: Contender = {
  name: "async-retry",
  packages: ["async-retry"],
  does: {
    retrySuccess: () => () => retry(answer, { retries: 3 }),
    retryFailures() {
      const operation = flaky();
      return () => retry(operation, { retries: 3, minTimeout: 0, factor: 1, randomize: false });
    },
  },
};
