/**
 * Anthropic's SDK supports middleware, a better place than `fetch`: an open circuit arrives as the error that it is.
 *
 * Prints:
 *   attempt 1 failed (overloaded), another follows
 *   An even keel.
 *   attempt 1 failed (refused), no other follows
 *   CircuitOpenError isolated
 */
import Anthropic from "@anthropic-ai/sdk";
import { circuitBreaker, CircuitOpenError } from "@evenkeel/circuit-breaker";
import { anthropicMiddleware } from "@evenkeel/fetch";
import { flakyProvider } from "./setup/flaky-provider.ts";
import { tell } from "./setup/tell.ts";

await using provider = await flakyProvider("overloaded");

const breaker = circuitBreaker();
const client = new Anthropic({
  baseURL: provider.url,
  apiKey: "none",
  middleware: [anthropicMiddleware({ breaker, emit: tell })],
  maxRetries: 0,
});

async function ask(): Promise<string> {
  const { content } = await client.messages.create({
    model: "claude-sonnet-4-6",
    max_tokens: 100,
    messages: [{ role: "user", content: "What keeps a boat upright?" }],
  });
  return content[0]?.type === "text" ? content[0].text : "";
}

console.log(await ask());

breaker.isolate(provider.url); // as an operator would
await ask().catch((error: unknown) => {
  if (error instanceof CircuitOpenError) console.log(error.name, error.state);
});
