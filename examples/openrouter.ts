/**
 * OpenRouter's SDK retries a 5xx for up to an hour and a 429 never: the fetch retries both, within limits.
 *
 * Prints:
 *   attempt 1 failed (rate-limit), another follows
 *   attempt 2 failed (server), another follows
 *   An even keel.
 */
import { resilientFetch } from "@evenkeel/fetch";
import { HTTPClient, OpenRouter } from "@openrouter/sdk";
import { flakyProvider } from "./setup/flaky-provider.ts";
import { tell } from "./setup/tell.ts";

await using provider = await flakyProvider("rateLimitedMilliseconds", "badGateway");

const client = new OpenRouter({
  apiKey: "none",
  serverURL: `${provider.url}/api/v1`,
  httpClient: new HTTPClient({ fetcher: resilientFetch({ emit: tell }) }),
  retryConfig: { strategy: "none" },
});

const completion = await client.chat.send({
  chatRequest: {
    model: "openai/gpt-5-mini",
    messages: [{ role: "user", content: "What keeps a boat upright?" }],
  },
});
if ("choices" in completion) console.log(completion.choices[0]?.message.content);
