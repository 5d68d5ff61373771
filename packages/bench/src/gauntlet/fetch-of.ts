/** The HTTP interface of a simulated provider, which imitates OpenAI's API. */
import type { Provider, Reply } from "./provider.ts";

/** The text of every successful answer. */
export const answer = "42";

const completion = JSON.stringify({
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1_780_000_000,
  model: "mock",
  choices: [{ index: 0, message: { role: "assistant", content: answer }, finish_reason: "stop" }],
  usage: { prompt_tokens: 10, completion_tokens: 1, total_tokens: 11 },
});

/** Returns the body of an error in OpenAI's envelope. */
export function errorBody(type: string, code: string | null, message: string): string {
  return JSON.stringify({ error: { message, type, param: null, code } });
}

const errors: Readonly<Record<number, string>> = {
  429: errorBody("requests", "rate_limit_exceeded", "Rate limit reached for requests"),
  500: errorBody("server_error", null, "The server had an error while processing your request"),
  503: errorBody("server_error", null, "The engine is currently overloaded, please try again later"),
};

/** Returns a `fetch` that sends all requests to `provider`. */
export function fetchOf(provider: Provider): typeof fetch {
  return async (input, init) => {
    const signal = init?.signal ?? (input instanceof Request ? input.signal : undefined);
    return responseOf(await provider.send(signal));
  };
}

/** Returns the body of a reply. */
export function bodyOf({ status, body }: Reply): string {
  return body ?? (status === 200 ? completion : (errors[status] ?? ""));
}

/** Returns the headers of a reply. */
export function headersOf({ headers }: Reply): Record<string, string> {
  return { "content-type": "application/json", ...headers };
}

/** Creates the error of a refused connection, as a socket emits it. */
export function refusedConnection(): Error {
  return Object.assign(new Error("connect ECONNREFUSED 192.0.2.1:443"), { code: "ECONNREFUSED", syscall: "connect" });
}

function responseOf(reply: Reply): Response {
  if (reply.status === 0) throw new TypeError("fetch failed", { cause: refusedConnection() });
  return new Response(bodyOf(reply), { status: reply.status, headers: headersOf(reply) });
}
