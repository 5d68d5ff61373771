/**
 * Azure OpenAI: each deployment has its own quota and fails alone, so each is a key, with a circuit of its own.
 *
 * Prints:
 *   attempt 1 failed (server), another follows
 *   chat: An even keel.
 *   attempt 1 failed (refused), no other follows
 *   embed: refused, its circuit is isolated
 *   chat: An even keel.
 */
import { circuitBreaker } from "@evenkeel/circuit-breaker";
import { resilientFetch } from "@evenkeel/fetch";
import { AzureOpenAI } from "openai";
import { flakyProvider } from "./setup/flaky-provider.ts";
import { tell } from "./setup/tell.ts";

await using provider = await flakyProvider("serverError");

const breaker = circuitBreaker();
const fetch = resilientFetch({
  breaker,
  key: (url) => /\/deployments\/([^/]+)/.exec(url)?.[1] ?? "azure",
  emit: tell,
});

async function ask(deployment: string): Promise<void> {
  const client = new AzureOpenAI({
    endpoint: provider.url,
    apiKey: "none",
    apiVersion: "2024-10-21",
    deployment,
    fetch,
    maxRetries: 0,
  });
  const messages = [{ role: "user" as const, content: "What keeps a boat upright?" }];
  await client.chat.completions.create({ model: deployment, messages }).then(
    ({ choices }) => console.log(`${deployment}: ${choices[0]?.message.content}`),
    () => console.log(`${deployment}: refused, its circuit is ${breaker.state(deployment)}`),
  );
}

await ask("chat");
breaker.isolate("embed");
await ask("embed");
await ask("chat");
