/** A request as the server saw it, and how its exchange ended. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { performance } from "node:perf_hooks"; // a test may have faked the global one

/** How an exchange ended: the answer was sent completely, the client disconnected, or the server broke it off. */
export interface Ending {
  readonly by: "answer" | "client" | "server";
  /** When it ended, in milliseconds after the start of the request. */
  readonly after: number;
}

/** A request that reached the server. */
export interface SeenRequest {
  /** The number of the request, starting at 0. */
  readonly index: number;
  readonly method: string;
  /** The path, including the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The whole body as text. */
  readonly body: string;
  /** The whole body as bytes. */
  readonly bytes: Uint8Array;
  /** Aborts when the exchange is over, however it ended. */
  readonly signal: AbortSignal;
  /** How the exchange ended; `undefined` until then. */
  readonly ending: Ending | undefined;
  /** Resolves when the exchange is over. */
  readonly ended: Promise<Ending>;
}

/** An exchange, from the server's side. */
export interface Exchange {
  readonly request: SeenRequest;
  /** Records that the server is about to break off the connection itself. */
  breakOff(): void;
}

/** The connections that the server broke off itself, with all requests that were waiting on them. */
const brokenOff = new WeakSet<Socket>();

/** Reads a whole request and adds it to `requests`. Returns `undefined` if the client disconnects first. */
export async function readRequest(
  message: IncomingMessage,
  response: ServerResponse,
  requests: SeenRequest[],
  isClosed: () => boolean,
): Promise<Exchange | undefined> {
  const start = performance.now();
  const gone = new AbortController();
  const { socket } = message;
  let ending: Ending | undefined;
  const ended = new Promise<Ending>((resolve) => {
    response.on("close", () => {
      const by = response.writableFinished ? "answer" : brokenOff.has(socket) || isClosed() ? "server" : "client";
      ending = { by, after: performance.now() - start };
      gone.abort();
      resolve(ending);
    });
  });

  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of message as AsyncIterable<Uint8Array>) chunks.push(chunk);
  } catch {
    return undefined;
  }
  const bytes = Buffer.concat(chunks);
  const request: SeenRequest = {
    index: requests.length,
    method: message.method ?? "",
    path: message.url ?? "",
    headers: message.headers,
    body: bytes.toString(),
    bytes,
    signal: gone.signal,
    get ending() {
      return ending;
    },
    ended,
  };
  requests.push(request);
  return { request, breakOff: () => void brokenOff.add(socket) };
}
