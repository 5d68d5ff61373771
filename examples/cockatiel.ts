/**
 * An app that keeps cockatiel's policies uses our verdicts in them, or puts one of our layers inside its own.
 *
 * Prints:
 *   cockatiel with our verdicts: An even keel. after 2 requests
 *   a wrong request is not retried: 1 request
 *   our limit on streams inside of cockatiel: never more than 1 at once
 */
import { classify, isRetryable } from "@evenkeel/classify";
import { semaphore } from "@evenkeel/rate-limit";
import { circuitBreaker, ConsecutiveBreaker, handleWhen, retry, wrap } from "cockatiel";
import OpenAI from "openai";
import { flakyProvider } from "./setup/flaky-provider.ts";

const retryable = handleWhen(isRetryable); // a 429 for lack of credit is not retried, a 529 is
const failures = handleWhen((error) => classify(error).health === "failure"); // no 429 is one: it is a limit of the key
const policy = wrap(
  retry(retryable, { maxAttempts: 3 }), // the number of retries, despite its name
  circuitBreaker(failures, { halfOpenAfter: 5_000, breaker: new ConsecutiveBreaker(5) }),
);

await using provider = await flakyProvider("unavailable");
const client = new OpenAI({ baseURL: `${provider.url}/v1`, apiKey: "none", maxRetries: 0 });

async function ask(signal: AbortSignal): Promise<string | null | undefined> {
  const messages = [{ role: "user" as const, content: "What keeps a boat upright?" }];
  const { choices } = await client.chat.completions.create({ model: "gpt-5-mini", messages }, { signal });
  return choices[0]?.message.content;
}
const answer = await policy.execute(({ signal }) => ask(signal));
console.log(`cockatiel with our verdicts: ${answer} after ${provider.requests.length} requests`);

let requests = 0;
const wrong = Object.assign(new Error("no such model"), { status: 404 });
await policy.execute(() => Promise.reject((requests++, wrong))).catch(() => {});
console.log(`a wrong request is not retried: ${requests} request`);

const one = semaphore({ permits: 1 });
let most = 0;
const calls = Array.from({ length: 4 }, () =>
  policy.execute(({ signal }) =>
    one.run(
      async (call) => {
        most = Math.max(most, one.active());
        return ask(call.signal);
      },
      { signal },
    ),
  ),
);
await Promise.all(calls);
console.log(`our limit on streams inside of cockatiel: never more than ${most} at once`);
