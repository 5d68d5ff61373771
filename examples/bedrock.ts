/**
 * Bedrock's SDK takes a fetch through `FetchHttpHandler`. Requests are signed, so they are repeated unchanged.
 *
 * Prints:
 *   attempt 1 failed (overloaded), another follows
 *   An even keel.
 *   the same signature twice: true
 */
import { BedrockRuntimeClient, ConverseCommand } from "@aws-sdk/client-bedrock-runtime";
import { resilientFetch } from "@evenkeel/fetch";
import { FetchHttpHandler } from "@smithy/fetch-http-handler";
import { flakyProvider } from "./setup/flaky-provider.ts";
import { tell } from "./setup/tell.ts";

await using provider = await flakyProvider("unavailable");

const client = new BedrockRuntimeClient({
  region: "us-east-1",
  endpoint: provider.url,
  credentials: { accessKeyId: "none", secretAccessKey: "none" },
  requestHandler: new FetchHttpHandler({ customFetch: resilientFetch({ emit: tell }) }),
  maxAttempts: 1, // attempts, not retries: turns off the SDK's own
});

const { output } = await client.send(
  new ConverseCommand({
    modelId: "anthropic.claude-sonnet-4-6",
    messages: [{ role: "user", content: [{ text: "What keeps a boat upright?" }] }],
  }),
);
console.log(output?.message?.content?.[0]?.text);

const [first, second] = provider.requests;
console.log("the same signature twice:", first!.headers["authorization"] === second!.headers["authorization"]);
