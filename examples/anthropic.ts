/**
 * Anthropic's SDK: an overloaded provider (529), and a stream that stalls before its first content.
 *
 * Prints:
 *   attempt 1 failed (overloaded), another follows
 *   attempt 2 failed (timeout), another follows
 *   An even keel.
 */
import Anthropic from "@anthropic-ai/sdk";
import { resilientFetch } from "@evenkeel/fetch";
import { profiles } from "@evenkeel/timeout";
import { flakyProvider } from "./setup/flaky-provider.ts";
import { tell } from "./setup/tell.ts";

await using provider = await flakyProvider("overloaded", "stallBeforeContent");

const client = new Anthropic({
  baseURL: provider.url,
  apiKey: "none",
  // Keeps the example short: without a profile, the first-content limit of a stream is 60 s.
  fetch: resilientFetch({ profile: { ...profiles.streaming, firstContent: 1_000 }, emit: tell }),
  maxRetries: 0,
});

const stream = await client.messages.create({
  model: "claude-sonnet-4-6",
  max_tokens: 100,
  messages: [{ role: "user", content: "What keeps a boat upright?" }],
  stream: true,
});
let answer = "";
for await (const event of stream) {
  if (event.type === "content_block_delta" && event.delta.type === "text_delta") answer += event.delta.text;
}
console.log(answer);
