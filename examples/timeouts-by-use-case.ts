/**
 * Time limits by use case: chosen from the request, by name, or your own; each error says which limit was exceeded.
 *
 * Prints:
 *   quick      10 s to the first content,  10 s between,   15 s in all
 *   standard   60 s to the first content,  30 s between,  120 s in all
 *   long      300 s to the first content,  60 s between,  600 s in all
 *   streaming  60 s to the first content,  30 s between,  600 s in all
 *   reasoning 300 s to the first content, 300 s between, 1800 s in all
 *   a summary of 30 pages: 155 s
 *   attempt 1 failed (timeout), another follows
 *   TimeoutError gap 500 after "Hello from "
 */
import { resilientFetch } from "@evenkeel/fetch";
import { estimateTimeout, profiles, TimeoutError } from "@evenkeel/timeout";
import { faultServer, httpFaults } from "@evenkeel/testkit/server";
import OpenAI from "openai";
import { tell } from "./setup/tell.ts";

const seconds = (limit: number, width: number): string => `${String(limit / 1_000).padStart(width)} s`;
for (const [name, { firstContent, gap, total }] of Object.entries(profiles)) {
  const limits = `${seconds(firstContent, 3)} to the first content, ${seconds(gap, 3)} between, ${seconds(total, 4)} in all`;
  console.log(name.padEnd(9), limits);
}
const limit = estimateTimeout({ inputTokens: 15_000, outputTokens: 2_500 });
console.log("a summary of 30 pages:", seconds(limit, 3));

// A provider that first does not answer at all, and then stalls in the middle of its answer.
await using provider = await faultServer({
  faults: ({ index }) => (index === 0 ? httpFaults.stallBeforeHeaders : httpFaults.stallMiddle),
});
const client = new OpenAI({
  baseURL: `${provider.url}/v1`,
  apiKey: "none",
  fetch: resilientFetch({ profile: { connect: 5_000, firstContent: 500, gap: 500, total: 5_000 }, emit: tell }),
  maxRetries: 0,
});
let answer = "";
try {
  const messages = [{ role: "user" as const, content: "What keeps a boat upright?" }];
  const stream = await client.chat.completions.create({ model: "gpt-5-mini", messages, stream: true });
  for await (const chunk of stream) answer += chunk.choices[0]?.delta.content ?? "";
} catch (error) {
  if (error instanceof TimeoutError) console.log(error.name, error.label, error.limit, `after "${answer}"`);
}
