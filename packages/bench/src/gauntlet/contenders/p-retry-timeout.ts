/** p-retry, p-timeout and p-limit, small packages that are often combined by hand. */
import pLimit from "p-limit";
import pRetry from "p-retry";
import pTimeout from "p-timeout";
import { post, type Ask, type Contender, type World } from "../contender.ts";
import { concurrency, isTransient } from "./careful-user.ts";

const retrySettings =
  "p-retry's defaults (`retries: 10`, 1 s, doubling), told by `shouldRetry` what the SDK of OpenAI would retry; p-timeout for the attempt";

function start({ fetch, limits }: World): Ask {
  return (signal) =>
    pRetry(() => pTimeout(post(fetch, signal), { milliseconds: limits.attempt }), {
      signal,
      shouldRetry: ({ error }) => isTransient(error),
    });
}

/** p-retry around p-timeout. */
export const pRetryTimeout: Contender = {
  name: "p-retry + p-timeout",
  packages: ["p-retry", "p-timeout"],
  settings: retrySettings,
  start,
};

/** p-limit around both. */
export const pLimitRetryTimeout: Contender = {
  name: "p-limit + p-retry + p-timeout",
  packages: ["p-limit", "p-retry", "p-timeout"],
  settings: `the same in \`pLimit(${concurrency})\``,
  knowsConcurrency: true,
  start(world) {
    const ask = start(world);
    const limit = pLimit(concurrency);
    return (signal) => limit(() => ask(signal));
  },
};
