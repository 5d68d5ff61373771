/**
 * LangChain retries six times by default, even a refusal by an open circuit: its retries are off, and the fetch retries.
 *
 * Prints:
 *   attempt 1 failed (overloaded), another follows
 *   An even keel.
 *   2 requests
 */
import { resilientFetch } from "@evenkeel/fetch";
import { ChatOpenAI } from "@langchain/openai";
import { flakyProvider } from "./setup/flaky-provider.ts";
import { tell } from "./setup/tell.ts";

await using provider = await flakyProvider("unavailable");

const model = new ChatOpenAI({
  model: "gpt-5-mini",
  apiKey: "none",
  configuration: { baseURL: `${provider.url}/v1`, fetch: resilientFetch({ emit: tell }) },
  maxRetries: 0,
});

const { content } = await model.invoke("What keeps a boat upright?");
console.log(content);
console.log(provider.requests.length, "requests");
