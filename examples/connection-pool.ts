/**
 * Connections belong to the runtime: an undici agent pools them, keeps them alive, and limits the time to connect.
 *
 * Prints:
 *   attempt 1 failed (overloaded), another follows
 *   12 answers over 4 connections
 *   pool: 4 connected, 0 running, 0 pending
 *   no connection within the limit: UND_ERR_CONNECT_TIMEOUT, safe to repeat
 */
import { classify } from "@evenkeel/classify";
import { resilientFetch } from "@evenkeel/fetch";
import { profiles } from "@evenkeel/timeout";
import { Agent, type Pool } from "undici";
import { flakyProvider } from "./setup/flaky-provider.ts";
import { tell } from "./setup/tell.ts";

const agent = new Agent({
  connections: 4, // per origin; further requests wait in the pool
  keepAliveTimeout: 30_000, // an idle connection is closed after this time, or when the server says so
  connect: { timeout: profiles.quick.connect }, // TCP and TLS
  headersTimeout: 0, // none: the profile limits both
  bodyTimeout: 0,
});
const pooled: typeof fetch = (input, init) => fetch(input, Object.assign({ dispatcher: agent }, init));

await using provider = await flakyProvider("unavailable");
const resilient = resilientFetch({ fetch: pooled, emit: tell });
const body = JSON.stringify({
  model: "gpt-5-mini",
  messages: [{ role: "user", content: "What keeps a boat upright?" }],
});
const answers = Array.from({ length: 12 }, async () => {
  const headers = { "content-type": "application/json" };
  const response = await resilient(`${provider.url}/v1/chat/completions`, { method: "POST", headers, body });
  return response.json();
});
console.log((await Promise.all(answers)).length, "answers over", provider.openSockets, "connections");

const { connected, running, pending } = agent.stats[provider.url] as Pool["stats"];
console.log(`pool: ${connected} connected, ${running} running, ${pending} pending`);
await agent.close();

// An agent whose `lookup` never returns stands for a host that drops every packet.
const nowhere = new Agent({ connect: { timeout: 500, lookup: () => {} } });
const silent: typeof fetch = (input, init) => fetch(input, Object.assign({ dispatcher: nowhere }, init));
await silent("http://api.example.com").catch((error: { cause: { code: string } }) => {
  const { processed } = classify(error);
  console.log(
    `no connection within the limit: ${error.cause.code}, ${processed === "no" ? "safe" : "not safe"} to repeat`,
  );
});
