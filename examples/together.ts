/**
 * Together's SDK retries every 5xx except a plain 500: the fetch retries that, too.
 *
 * Prints:
 *   attempt 1 failed (server), another follows
 *   An even keel.
 */
import { resilientFetch } from "@evenkeel/fetch";
import Together from "together-ai";
import { flakyProvider } from "./setup/flaky-provider.ts";
import { tell } from "./setup/tell.ts";

await using provider = await flakyProvider("serverError");

const client = new Together({
  apiKey: "none",
  baseURL: `${provider.url}/v1`,
  fetch: resilientFetch({ emit: tell }),
  maxRetries: 0,
});

const { choices } = await client.chat.completions.create({
  model: "meta-llama/Llama-3.3-70B-Instruct-Turbo",
  messages: [{ role: "user", content: "What keeps a boat upright?" }],
});
console.log(choices[0]?.message?.content);
