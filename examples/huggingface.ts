/**
 * Hugging Face's client repeats a 503 at once and without limit, unless told not to: the fetch retries with a backoff and a limit.
 *
 * Prints:
 *   attempt 1 failed (overloaded), another follows
 *   An even keel.
 *   2 requests
 */
import { resilientFetch } from "@evenkeel/fetch";
import { InferenceClient } from "@huggingface/inference";
import { flakyProvider } from "./setup/flaky-provider.ts";
import { tell } from "./setup/tell.ts";

await using provider = await flakyProvider("unavailable");

const client = new InferenceClient("none", {
  endpointUrl: `${provider.url}/v1`,
  fetch: resilientFetch({ emit: tell }),
  retry_on_error: false,
});

const { choices } = await client.chatCompletion({
  model: "meta-llama/Llama-3.3-70B-Instruct",
  messages: [{ role: "user", content: "What keeps a boat upright?" }],
});
console.log(choices[0]?.message.content);
console.log(provider.requests.length, "requests");
