/**
 * xAI through OpenAI's SDK: a limit on the number of requests in progress, held until each stream has ended.
 *
 * Prints:
 *   attempt 1 failed (rate-limit), another follows
 *   6 answers, never more than 2 at once
 */
import { resilientFetch } from "@evenkeel/fetch";
import { semaphore } from "@evenkeel/rate-limit";
import OpenAI from "openai";
import { flakyProvider } from "./setup/flaky-provider.ts";
import { tell } from "./setup/tell.ts";

const slow = Array<"slowDrip">(6).fill("slowDrip"); // so that the streams overlap
await using provider = await flakyProvider("rateLimitedMilliseconds", ...slow);

const limit = semaphore({ permits: 2 });
const client = new OpenAI({
  baseURL: `${provider.url}/v1`,
  apiKey: "none",
  fetch: resilientFetch({ rateLimit: limit, emit: tell }),
  maxRetries: 0,
});

let most = 0;
async function ask(): Promise<string> {
  const stream = await client.chat.completions.create({
    model: "grok-4",
    messages: [{ role: "user", content: "What keeps a boat upright?" }],
    stream: true,
  });
  most = Math.max(most, limit.active(provider.url));
  let answer = "";
  for await (const chunk of stream) answer += chunk.choices[0]?.delta.content ?? "";
  return answer;
}

const answers = await Promise.all(Array.from({ length: 6 }, ask));
console.log(
  `${answers.filter((answer) => answer === "An even keel.").length} answers, never more than ${most} at once`,
);
