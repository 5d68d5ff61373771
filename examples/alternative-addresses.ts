/**
 * Alternative addresses: a custom layer of a few lines tries the next one if the first does not answer.
 *
 * Prints:
 *   attempt 1 failed (network), another follows
 *   attempt 2 failed (refused), no other follows
 *   An even keel.
 *   attempt 1 failed (refused), no other follows
 *   An even keel.
 *   2 requests to the second address
 */
import { circuitBreaker, consecutive } from "@evenkeel/circuit-breaker";
import { wrapFetch, type FetchLayer } from "@evenkeel/fetch";
import { constant, retry } from "@evenkeel/retry";
import { faultProxy } from "@evenkeel/testkit/proxy";
import OpenAI from "openai";
import { flakyProvider } from "./setup/flaky-provider.ts";
import { tell } from "./setup/tell.ts";

await using provider = await flakyProvider();
await using first = await faultProxy({ target: provider });
await using second = await faultProxy({ target: provider });
first.refuse();

/** Repeats a failed call at each further address. The key changes with it, so that every address has a circuit of its own. */
function addresses(...origins: string[]): FetchLayer {
  return async function addresses(call, next) {
    let failure: unknown;
    for (const origin of origins) {
      if (call.signal.aborted) break;
      const input = { ...call.input, url: call.input.url.replace(/^\w+:..[^/]+/, origin) };
      try {
        return await next({ ...call, input, key: origin, work: call.work.fork(), emit: tell });
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  };
}

const client = new OpenAI({
  baseURL: `${first.url}/v1`,
  apiKey: "none",
  fetch: wrapFetch(
    fetch,
    addresses(first.url, second.url),
    retry({ retries: 1, backoff: constant(10) }),
    circuitBreaker({ trip: consecutive(1) }), // so that the second call skips the first address
  ),
  maxRetries: 0,
});

for (let call = 0; call < 2; call++) {
  const messages = [{ role: "user" as const, content: "What keeps a boat upright?" }];
  const { choices } = await client.chat.completions.create({ model: "gpt-5-mini", messages });
  console.log(choices[0]?.message.content);
}
console.log(provider.requests.length, "requests to the second address");
