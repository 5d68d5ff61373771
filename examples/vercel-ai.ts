/**
 * Vercel's AI SDK: each provider takes the fetch, and `generateText` leaves the retries to it.
 *
 * Prints:
 *   attempt 1 failed (overloaded), another follows
 *   openai: An even keel.
 *   anthropic: An even keel.
 *   compatible: An even keel.
 */
import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { resilientFetch } from "@evenkeel/fetch";
import { generateText } from "ai";
import { flakyProvider } from "./setup/flaky-provider.ts";
import { tell } from "./setup/tell.ts";

await using provider = await flakyProvider("unavailable");

const shared = { baseURL: `${provider.url}/v1`, apiKey: "none", fetch: resilientFetch({ emit: tell }) };
const models = {
  openai: createOpenAI(shared)("gpt-5-mini"),
  anthropic: createAnthropic(shared)("claude-sonnet-4-6"),
  compatible: createOpenAICompatible({ name: "local", ...shared })("llama-3"),
};

for (const [name, model] of Object.entries(models)) {
  const { text } = await generateText({ model, prompt: "What keeps a boat upright?", maxRetries: 0 });
  console.log(`${name}: ${text}`);
}
