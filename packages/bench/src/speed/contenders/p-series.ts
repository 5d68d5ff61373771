/** The small packages that do one thing each, and what their users compose of them. */
import retry from "p-retry";
import limit from "p-limit";
import timeout from "p-timeout";
import { answer, flaky, never } from "../bare.ts";
import type { Contender } from "../contender.ts";
import type { Timed } from "../operations.ts";

export const pRetry: Contender = {
  name: "p-retry",
  packages: ["p-retry"],
  does: {
    retrySuccess: () => () => retry(answer, { retries: 3 }),
    retryFailures() {
      const operation = flaky();
      return () => retry(operation, { retries: 3, minTimeout: 0, factor: 1 });
    },
  },
};

export const pLimit: Contender = {
  name: "p-limit",
  packages: ["p-limit"],
  does: {
    semaphore() {
      const limited = limit(10);
      return () => limited(answer);
    },
  },
  crowds: {
    waiting() {
      const limited = limit(10);
      return (operation) => limited(operation);
    },
  },
};

const milliseconds = 30_000;

function underSharedSignal(pending: number): Timed {
  const { signal } = new AbortController();
  for (let call = 0; call < pending; call++) void timeout(never(), { milliseconds, signal });
  return () => timeout(answer(), { milliseconds, signal });
}

export const pTimeout: Contender = {
  name: "p-timeout",
  packages: ["p-timeout"],
  does: {
    timeout: () => () => timeout(answer(), { milliseconds }),
    timeoutSignal: () => underSharedSignal(0),
    timeoutShared: () => underSharedSignal(1_000),
  },
  crowds: {
    pending: () => (operation) => timeout(operation(), { milliseconds }),
    pendingLinked() {
      const { signal } = new AbortController();
      return (operation) => timeout(operation(), { milliseconds, signal });
    },
  },
};

export const pSeries: Contender = {
  name: "p-limit(p-retry(p-timeout)), no breaker",
  packages: [],
  does: {
    pipeline() {
      const limited = limit(10);
      return () => limited(() => retry(() => timeout(answer(), { milliseconds }), { retries: 3 }));
    },
  },
};
