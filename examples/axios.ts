/**
 * An app that uses axios keeps its instances and interceptors: the `fetch` adapter sends with ours, and failures are AxiosErrors.
 *
 * Prints:
 *   attempt 1 failed (server), another follows
 *   An even keel.
 *   attempt 1 failed (not-found), no other follows
 *   AxiosError 404
 */
import { resilientFetch } from "@evenkeel/fetch";
import { answer, faultServer, html, openaiError, sequence } from "@evenkeel/testkit/server";
import { create, type AxiosError } from "axios";
import { tell } from "./setup/tell.ts";

await using server = await faultServer({
  respond: sequence(html(502, "502 Bad Gateway"), answer("An even keel."), openaiError(404)),
});

const api = create({
  baseURL: server.url,
  adapter: "fetch",
  env: { fetch: resilientFetch({ emit: tell }) },
});

interface Completion {
  readonly choices: readonly { readonly message: { readonly content: string } }[];
}
const request = { model: "gpt-5-mini", messages: [{ role: "user", content: "What keeps a boat upright?" }] };
const { data } = await api.post<Completion>("/v1/chat/completions", request);
console.log(data.choices[0]?.message.content);

await api
  .post("/v1/chat/completions", request)
  .catch(({ name, response }: AxiosError) => console.log(name, response?.status));
