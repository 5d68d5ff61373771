/**
 * Cohere's SDK retries statuses, but never a broken connection: the fetch retries both, and the SDK's retries are off.
 *
 * Prints:
 *   attempt 1 failed (rate-limit), another follows
 *   attempt 2 failed (network), another follows
 *   An even keel.
 */
import { resilientFetch } from "@evenkeel/fetch";
import { CohereClientV2 } from "cohere-ai";
import { flakyProvider } from "./setup/flaky-provider.ts";
import { tell } from "./setup/tell.ts";

await using provider = await flakyProvider("rateLimitedMilliseconds", "resetBeforeHeaders");

const client = new CohereClientV2({
  token: "none",
  baseUrl: provider.url,
  fetch: resilientFetch({ emit: tell }),
  maxRetries: 0,
});

const { message } = await client.chat({
  model: "command-a-03-2025",
  messages: [{ role: "user", content: "What keeps a boat upright?" }],
});
const [content] = message.content ?? [];
if (content?.type === "text") console.log(content.text);
