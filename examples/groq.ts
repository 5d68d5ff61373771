/**
 * Groq's SDK: a 429 with a hint pauses the key for all callers, not only for the one that was throttled.
 *
 * Prints:
 *   attempt 1 failed (rate-limit), another follows
 *   An even keel.
 *   An even keel.
 *   3 requests, 1 of them throttled
 */
import { resilientFetch } from "@evenkeel/fetch";
import Groq from "groq-sdk";
import { setTimeout as sleep } from "node:timers/promises";
import { flakyProvider } from "./setup/flaky-provider.ts";
import { tell } from "./setup/tell.ts";

await using provider = await flakyProvider("rateLimitedMilliseconds");

const client = new Groq({
  apiKey: "none",
  baseURL: provider.url,
  fetch: resilientFetch({ emit: tell }),
  maxRetries: 0,
});

async function ask(): Promise<string | null | undefined> {
  const { choices } = await client.chat.completions.create({
    model: "llama-3.3-70b-versatile",
    messages: [{ role: "user", content: "What keeps a boat upright?" }],
  });
  return choices[0]?.message.content;
}

const told = ask();
await sleep(50); // the first call has been throttled by now, and the second waits, too
for (const answer of await Promise.all([told, ask()])) console.log(answer);
console.log(provider.requests.length, "requests, 1 of them throttled");
