/**
 * Fireworks through OpenAI's SDK: a limit on repetitions that may be billed twice, per call and per hour.
 *
 * Prints:
 *   attempt 1 failed (overloaded), another follows
 *   attempt 2 failed (...), another follows
 *   attempt 3 failed (...), no other follows
 *   APIConnectionError after 3 requests
 */
import { resilientFetch } from "@evenkeel/fetch";
import { replayCap } from "@evenkeel/retry";
import OpenAI from "openai";
import { flakyProvider } from "./setup/flaky-provider.ts";
import { tell } from "./setup/tell.ts";

// Twice, the connection breaks when the answer may already have been generated, and billed.
await using provider = await flakyProvider("unavailable", "resetBeforeHeaders", "resetBeforeHeaders");

const client = new OpenAI({
  baseURL: `${provider.url}/v1`,
  apiKey: "none",
  fetch: resilientFetch({ replay: replayCap({ perCall: 1, limit: 100 }), emit: tell }),
  maxRetries: 0,
});

await client.chat.completions
  .create({
    model: "accounts/fireworks/models/deepseek-v3p1",
    messages: [{ role: "user", content: "What keeps a boat upright?" }],
  })
  .catch((error: Error) => console.log(`${error.constructor.name} after ${provider.requests.length} requests`));
