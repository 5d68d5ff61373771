/** Hands good requests on to another server, such as a mock of a provider. */
import { Agent, request as send, type IncomingMessage } from "node:http";
import { html, reset, type Reply, type Step } from "./reply.ts";
import type { Responder } from "./responder.ts";
import type { SeenRequest } from "./seen-request.ts";
import { framesOf } from "./sse.ts";

/** These speak of one connection, not of the answer; the lengths of a body that may be spoiled are not known, nor where its encoding breaks. */
const ofTheConnection = new Set([
  "accept-encoding",
  "connection",
  "content-length",
  "host",
  "keep-alive",
  "transfer-encoding",
]);

/**
 * Answers with what the server at `origin` answers: 502 when it cannot be reached, a reset when it breaks off. The steps of a
 * stream are its frames, so that faults find their place in it.
 * @throws {TypeError} `origin` is no URL of `http:`.
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
      // Without its length, the body of a GET or DELETE would be sent as if it were the next request.
      if (bytes.length > 0) headers["content-length"] = String(bytes.length);
      const onward = send(base + path, { method, agent, signal, headers }, (answer) => {
        resolve({ status: answer.statusCode, headers: endToEnd(answer.headers), body: bodyOf(answer) });
      });
      onward.on("error", () => resolve(html(502, "502 Bad Gateway")));
      onward.end(bytes);
    });
}

/** Cookies stay apart: dates have commas. */
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
