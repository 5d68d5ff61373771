/**
 * OpenAI's SDK: with one line of code, it recovers from a 503 and from an error in a stream's first event.
 *
 * Prints:
 *   attempt 1 failed (overloaded), another follows
 *   attempt 2 failed (overloaded), another follows
 *   An even keel.
 *   3 requests
 */
import { resilientFetch } from "@evenkeel/fetch";
import OpenAI from "openai";
import { flakyProvider } from "./setup/flaky-provider.ts";
import { tell } from "./setup/tell.ts";

await using provider = await flakyProvider("unavailable", "errorFirst");

const client = new OpenAI({
  baseURL: `${provider.url}/v1`,
  apiKey: "none",
  fetch: resilientFetch({ emit: tell }),
  maxRetries: 0, // the SDK's own retries would multiply with ours
});

const stream = await client.chat.completions.create({
  model: "gpt-5-mini",
  messages: [{ role: "user", content: "What keeps a boat upright?" }],
  stream: true,
});
let answer = "";
for await (const chunk of stream) answer += chunk.choices[0]?.delta.content ?? "";
console.log(answer);
console.log(provider.requests.length, "requests");
