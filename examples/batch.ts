/**
 * A nightly batch: its calls wait while the provider is down, and its token budget pays only for what was used.
 *
 * Prints:
 *   100 prompts, 100 answers
 *   the provider was down for 2 s, and was asked ... times meanwhile
 *   left of 100000 tokens: ...
 */
import { circuitBreaker, consecutive } from "@evenkeel/circuit-breaker";
import { compose } from "@evenkeel/core";
import { resilientFetch, settleUsage } from "@evenkeel/fetch";
import { semaphore, tokenBucket } from "@evenkeel/rate-limit";
import { answer, faultServer, httpFaults } from "@evenkeel/testkit/server";
import assert from "node:assert/strict";
import OpenAI from "openai";

const tokens = tokenBucket({ limit: 100_000, interval: 3_600_000 }); // as your plan has it; here, for an hour
const fetch = resilientFetch({
  whenOpen: "wait", // an open circuit refuses calls by default
  breaker: circuitBreaker({ trip: consecutive(20), countPer: "attempt", openFor: 400 }), // in production: 2 s, and `factor: 2`
  rateLimit: compose(semaphore({ permits: 20 }), tokens, settleUsage()),
  cost: () => 900, // reserved for each call: the prompt, and the most that its answer may have
});

const upAgain = performance.now() + 2_000;
let askedInVain = 0;
await using provider = await faultServer({
  respond: answer("An even keel."),
  faults() {
    if (performance.now() >= upAgain) return undefined;
    askedInVain++;
    return httpFaults.unavailable;
  },
});
const client = new OpenAI({ baseURL: `${provider.url}/v1`, apiKey: "none", fetch, maxRetries: 0 });

async function ask(prompt: string): Promise<string | null | undefined> {
  const messages = [{ role: "user" as const, content: prompt }];
  const { choices } = await client.chat.completions.create({ model: "gpt-5-mini", messages });
  return choices[0]?.message.content;
}

const prompts = Array.from({ length: 100 }, (_, index) => `What keeps boat ${index} upright?`);
const answers = await Promise.all(prompts.map(ask));
console.log(`${prompts.length} prompts, ${answers.filter(Boolean).length} answers`);
console.log(`the provider was down for 2 s, and was asked ${askedInVain} times meanwhile`);
console.log(`left of 100000 tokens: ${Math.round(tokens.available(provider.url))}`);
assert.ok(tokens.available(provider.url) > 95_000); // 90,000 were reserved
