/**
 * A production configuration: one fetch for the application, every layer explicit, events counted, state kept over a restart.
 *
 * Prints:
 *   60 calls, 60 answers
 *   never more than 10 at once
 *   retries: ..., circuit: closed
 *   after a restart the circuit is still known: closed
 */
import { circuitBreaker, timeWindow } from "@evenkeel/circuit-breaker";
import { resilientFetch } from "@evenkeel/fetch";
import { semaphore } from "@evenkeel/rate-limit";
import { replayCap, retry, retryBudget } from "@evenkeel/retry";
import { faultMix, seededRandom } from "@evenkeel/testkit";
import { answer, faultServer, httpFaults } from "@evenkeel/testkit/server";
import OpenAI from "openai";

const newBreaker = () =>
  circuitBreaker({ trip: timeWindow({ duration: 30_000, failureRate: 0.5, timeoutRate: 0.3, minimumCalls: 20 }) });
const breaker = newBreaker();
const budget = retryBudget(); // a provider that is down gets at most 50 retries in all, not 4 for each call
const limit = semaphore({ permits: 10, maxQueue: 500 }); // a permit is held until the answer's body has ended
const counts: Record<string, number> = {}; // replace with your metrics

const fetch = resilientFetch({
  profile: "standard", // by default, the limits are chosen from each request
  retry: retry({
    retries: 4,
    budget,
    replay: replayCap({ perCall: 2, limit: 1_000, interval: 3_600_000 }), // what may be billed twice
  }),
  budget, // an SDK's own retries are charged to it, too
  breaker,
  rateLimit: limit,
  emit: ({ type }) => (counts[type] = (counts[type] ?? 0) + 1),
});

const bad = [httpFaults.unavailable, httpFaults.rateLimitedMilliseconds];
const faults = faultMix({ rate: 0.1, faults: bad, random: seededRandom(1) });
let most = 0;
const respond = answer(() => {
  most = Math.max(most, limit.active(provider.url));
  return "An even keel.";
});
await using provider = await faultServer({ faults, respond });
const client = new OpenAI({ baseURL: `${provider.url}/v1`, apiKey: "none", fetch, maxRetries: 0 });

const messages = [{ role: "user" as const, content: "What keeps a boat upright?" }];
const calls = Array.from({ length: 60 }, () =>
  client.chat.completions.create({ model: "gpt-5-mini", messages }).then(({ choices }) => choices[0]?.message.content),
);
console.log(`60 calls, ${(await Promise.all(calls)).filter((text) => text === "An even keel.").length} answers`);
console.log(`never more than ${most} at once`);
console.log(`retries: ${counts["retry"]}, circuit: ${breaker.state(provider.url)}`);

const next = newBreaker();
next.restore(JSON.parse(JSON.stringify(breaker.snapshot())));
console.log("after a restart the circuit is still known:", next.state(provider.url));
