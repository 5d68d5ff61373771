/**
 * An app that uses ofetch keeps its parsing and its errors: it sends with our fetch, and its retries are off.
 *
 * Prints:
 *   attempt 1 failed (overloaded), another follows
 *   An even keel.
 */
import { resilientFetch } from "@evenkeel/fetch";
import { createFetch } from "ofetch";
import { flakyProvider } from "./setup/flaky-provider.ts";
import { tell } from "./setup/tell.ts";

await using provider = await flakyProvider("unavailable");

const api = createFetch({
  fetch: resilientFetch({ emit: tell }),
  defaults: { baseURL: provider.url, retry: 0 },
});

interface Completion {
  readonly choices: readonly { readonly message: { readonly content: string } }[];
}
const { choices } = await api<Completion>("/v1/chat/completions", {
  method: "POST",
  body: { model: "gpt-5-mini", messages: [{ role: "user", content: "What keeps a boat upright?" }] },
});
console.log(choices[0]?.message.content);
