/**
 * A vLLM server that is restarting refuses connections: nothing was sent, so the call is retried until the server listens.
 *
 * Prints:
 *   attempt 1 failed (network), another follows
 *   attempt 2 failed (network), another follows
 *   An even keel.
 */
import { vllm } from "@evenkeel/classify";
import { resilientFetch } from "@evenkeel/fetch";
import { constant, retry, type RetryEvent } from "@evenkeel/retry";
import { faultProxy } from "@evenkeel/testkit/proxy";
import OpenAI from "openai";
import { flakyProvider } from "./setup/flaky-provider.ts";
import { tell } from "./setup/tell.ts";

await using provider = await flakyProvider();
await using port = await faultProxy({ target: provider });
port.refuse();

function emit(event: RetryEvent): void {
  tell(event);
  if (event.type === "retry" && event.attempt === 2) void port.accept(); // the model is loaded
}

const client = new OpenAI({
  baseURL: `${port.url}/v1`,
  apiKey: "none",
  // A model may take minutes to load: `constant(5_000)` and `retries: 60` would wait for it.
  // Its host does not identify it, so name the provider.
  fetch: resilientFetch({ provider: vllm, retry: retry({ retries: 10, backoff: constant(200) }), emit }),
  maxRetries: 0,
});

const { choices } = await client.chat.completions.create({
  model: "Qwen/Qwen3-8B",
  messages: [{ role: "user", content: "What keeps a boat upright?" }],
});
console.log(choices[0]?.message.content);
