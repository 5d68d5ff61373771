/**
 * DeepSeek sends comments to keep the connection alive: they do not count as progress, so a stalled answer is given up in time.
 *
 * Prints:
 *   attempt 1 failed (timeout), another follows
 *   An even keel.
 */
import { resilientFetch } from "@evenkeel/fetch";
import { profiles } from "@evenkeel/timeout";
import OpenAI from "openai";
import { flakyProvider } from "./setup/flaky-provider.ts";
import { tell } from "./setup/tell.ts";

await using provider = await flakyProvider("commentsOnly");

const client = new OpenAI({
  baseURL: `${provider.url}/v1`,
  apiKey: "none",
  // Keeps the example short. Without a profile, its calls have 600 s to the first content.
  fetch: resilientFetch({ profile: { ...profiles.reasoning, firstContent: 1_000 }, emit: tell }),
  maxRetries: 0,
});

const stream = await client.chat.completions.create({
  model: "deepseek-reasoner",
  messages: [{ role: "user", content: "What keeps a boat upright?" }],
  stream: true,
});
let answer = "";
for await (const chunk of stream) answer += chunk.choices[0]?.delta.content ?? "";
console.log(answer);
