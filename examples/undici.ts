/**
 * An app that uses undici's `request` puts the layers around it: undici's retry interceptor repeats no POST, ours does.
 *
 * Prints:
 *   attempt 1 failed (overloaded), another follows
 *   attempt 2 failed (network), another follows
 *   An even keel.
 */
import { classify } from "@evenkeel/classify";
import { wrap, type Call } from "@evenkeel/core";
import { retry } from "@evenkeel/retry";
import { timeout } from "@evenkeel/timeout";
import { request } from "undici";
import { flakyProvider } from "./setup/flaky-provider.ts";
import { tell } from "./setup/tell.ts";

async function post({ input: url, signal }: Call<string>): Promise<unknown> {
  const messages = [{ role: "user", content: "What keeps a boat upright?" }];
  const { statusCode, headers, body } = await request(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: "gpt-5-mini", messages }),
    signal,
  });
  if (statusCode < 400) return body.json();
  // undici does not throw for a status; `classify` needs an error with these fields.
  throw Object.assign(new Error(`status ${statusCode}`), { status: statusCode, headers, body: await body.text() });
}

await using provider = await flakyProvider("unavailable", "resetBeforeHeaders");
const ask = wrap(post, timeout(60_000, { label: "total" }), retry(), timeout(20_000, { label: "attempt" }));
const completion = await ask(`${provider.url}/v1/chat/completions`, { classify, emit: tell });
console.log((completion as { choices: { message: { content: string } }[] }).choices[0]?.message.content);
