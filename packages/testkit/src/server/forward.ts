/** Forwards requests to another server, such as a mock of a provider. */
import { Agent, request as send, type IncomingMessage } from "node:http";
import { html, reset, type Reply, type Step } from "./reply.ts";
import type { Responder } from "./responder.ts";
import type { SeenRequest } from "./seen-request.ts";
import { framesOf } from "./sse.ts";

/** Headers that apply to one connection only, or would be wrong once a fault changes the body: its length and encoding. */
const ofTheConnection = new Set([
  "accept-encoding",
  "connection",
  "content-length",
  "host",
  "keep-alive",
  "transfer-encoding",
]);

/**
 * Forwards each request to the server at `origin`, and returns its response: a 502 if the server cannot be reached, a reset if it
 * breaks off. The steps of a stream are its frames, so that faults can be placed in it.
 * @throws {TypeError} `origin` is not an `http:` URL.
 */
export function forward(origin: string): Responder {
  const { protocol, origin: base } = new URL(origin);
  if (protocol !== "http:")
    throw new TypeError(`Expected \`origin\` to be a URL of http:, got ${JSON.stringify(origin)}`);
  const agent = new Agent({ keepAlive: false });
  return (seen) =>
    new Promise<Reply>((resolve) => {
      const { method, path, bytes, signal } = seen;
      const headers = endToEnd(seen.headers);
      // Node sends the body of a GET or DELETE without a length, so the server would take it for the next request.
      if (bytes.length > 0) headers["content-length"] = String(bytes.length);
      const onward = send(base + path, { method, agent, signal, headers }, (answer) => {
        resolve({ status: answer.statusCode, headers: endToEnd(answer.headers), body: bodyOf(answer) });
      });
      onward.on("error", () => resolve(html(502, "502 Bad Gateway")));
      onward.end(bytes);
    });
}

/** Keeps lists as they are: several cookies cannot be joined by commas, because dates contain them. */
function endToEnd(headers: SeenRequest["headers"]): Record<string, string | string[]> {
  const entries = Object.entries(headers).filter(([name]) => !ofTheConnection.has(name));
  return Object.fromEntries(entries.map(([name, value = ""]) => [name, value]));
}

async function* bodyOf(answer: IncomingMessage): AsyncGenerator<Step> {
  const { "content-type": type, "content-encoding": encoding } = answer.headers;
  const isStream = type?.startsWith("text/event-stream") && !encoding;
  try {
    yield* isStream ? framesOf(answer as AsyncIterable<Uint8Array>) : (answer as AsyncIterable<Uint8Array>);
  } catch {
    yield reset;
  }
}
