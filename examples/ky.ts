/**
 * An app that uses ky keeps its hooks and its API: ky sends with our fetch, which retries a POST as well, and ky's retries are off.
 *
 * Prints:
 *   attempt 1 failed (overloaded), another follows
 *   attempt 2 failed (overloaded), another follows
 *   An even keel.
 *   ky alone: HTTPError 529 after 1 request
 */
import { resilientFetch } from "@evenkeel/fetch";
import ky from "ky";
import { flakyProvider } from "./setup/flaky-provider.ts";
import { tell } from "./setup/tell.ts";

interface Message {
  readonly content: readonly { readonly text: string }[];
}

const json = {
  model: "claude-sonnet-4-6",
  max_tokens: 100,
  messages: [{ role: "user", content: "What keeps a boat upright?" }],
};

await using provider = await flakyProvider("overloaded", "overloaded");
const api = ky.create({
  prefix: provider.url,
  fetch: resilientFetch({ emit: tell }),
  retry: 0, // otherwise they would multiply
  timeout: false, // ky's covers only the headers; ours limit the whole call
});
const { content } = await api.post("v1/messages", { json }).json<Message>();
console.log(content[0]?.text);

// By default, ky retries neither a POST nor a 529, Anthropic's status for overload.
await using other = await flakyProvider("overloaded");
await ky
  .post(`${other.url}/v1/messages`, { json })
  .catch(({ name, response }: { name: string; response: Response }) => {
    console.log(`ky alone: ${name} ${response.status} after ${other.requests.length} request`);
  });
