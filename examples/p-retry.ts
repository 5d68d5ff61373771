/**
 * An app that keeps p-retry uses our verdicts to decide what to retry, or our limit for each attempt; or it replaces p-retry.
 *
 * Prints:
 *   p-retry with our verdicts: An even keel. after 3 attempts
 *   p-retry with our verdicts: a wrong key is not retried, 1 attempt
 *   p-retry with our limit: An even keel. after 2 attempts
 *   retry in its place: An even keel. after 3 attempts
 */
import { isRetryable } from "@evenkeel/classify";
import { retry } from "@evenkeel/retry";
import { timeout } from "@evenkeel/timeout";
import pRetry from "p-retry";

/** An operation that fails with these errors, one after another. */
function failing(...failures: object[]): { attempts: number; ask: () => Promise<string> } {
  const operation = {
    attempts: 0,
    async ask() {
      const failure = failures[operation.attempts++];
      if (failure) throw Object.assign(new Error("no answer"), failure);
      return "An even keel.";
    },
  };
  return operation;
}
const soon = { minTimeout: 10 };

const flaky = failing({ status: 529 }, { code: "ECONNRESET" });
const shouldRetry = ({ error }: { error: Error }): boolean => isRetryable(error);
const answer = await pRetry(flaky.ask, { ...soon, shouldRetry });
console.log(`p-retry with our verdicts: ${answer} after ${flaky.attempts} attempts`);

const refused = failing({ status: 401 });
await pRetry(refused.ask, { ...soon, shouldRetry }).catch(() => {
  console.log(`p-retry with our verdicts: a wrong key is not retried, ${refused.attempts} attempt`);
});

let attempts = 0;
const hangsAtFirst = (): Promise<string> =>
  ++attempts === 1 ? new Promise(() => {}) : Promise.resolve("An even keel.");
const limit = timeout(50);
const late = await pRetry(() => limit.run(hangsAtFirst), { ...soon, shouldRetry });
console.log(`p-retry with our limit: ${late} after ${attempts} attempts`);

const again = failing({ status: 529 }, { code: "ECONNRESET" });
const ours = await retry({ retries: 10 }).run(again.ask);
console.log(`retry in its place: ${ours} after ${again.attempts} attempts`);
