/**
 * Mistral's SDK sends a `Request`, whose body can be read only once: it is read before the first attempt, and sent complete each time.
 *
 * Prints:
 *   attempt 1 failed (server), another follows
 *   An even keel.
 *   the same body twice: true
 */
import { resilientFetch } from "@evenkeel/fetch";
import { HTTPClient, Mistral } from "@mistralai/mistralai";
import { flakyProvider } from "./setup/flaky-provider.ts";
import { tell } from "./setup/tell.ts";

await using provider = await flakyProvider("serverError");

const client = new Mistral({
  apiKey: "none",
  serverURL: provider.url,
  httpClient: new HTTPClient({ fetcher: resilientFetch({ emit: tell }) }),
});

const { choices } = await client.chat.complete({
  model: "mistral-small-latest",
  messages: [{ role: "user", content: "What keeps a boat upright?" }],
});
console.log(choices[0]?.message?.content);

const [first, second] = provider.requests;
console.log("the same body twice:", first!.body === second!.body);
