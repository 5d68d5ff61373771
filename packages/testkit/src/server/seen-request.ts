/** What a server saw of a request, and how its answer ended. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { performance } from "node:perf_hooks"; // a test may have faked the global one

/** How an exchange ended: the answer was sent whole, the client left, or the server broke it off itself. */
export interface Ending {
  readonly by: "answer" | "client" | "server";
  /** When, in milliseconds after the request began. */
  readonly after: number;
}

/** A request that reached the server. */
export interface SeenRequest {
  /** Counts the requests, from 0. */
  readonly index: number;
  readonly method: string;
  /** The path with its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The whole body as text. */
  readonly body: string;
  /** The whole body as it came. */
  readonly bytes: Uint8Array;
  /** Aborts when the exchange is over, however it ended. */
  readonly signal: AbortSignal;
  /** How the exchange ended; `undefined` while it goes on. */
  readonly ending: Ending | undefined;
  /** Settles when the exchange is over. */
  readonly ended: Promise<Ending>;
}

/** An exchange, as the server itself holds it. */
export interface Exchange {
  readonly request: SeenRequest;
  /** Says that it is the server that breaks the exchange off. */
  breakOff(): void;
}

/** Reads a request whole and adds it to `requests`; returns `undefined` when the client leaves first. */
export async function readRequest(
  message: IncomingMessage,
  response: ServerResponse,
  requests: SeenRequest[],
  isClosed: () => boolean,
): Promise<Exchange | undefined> {
  const start = performance.now();
  const gone = new AbortController();
  let brokenOff = false;
  let ending: Ending | undefined;
  const ended = new Promise<Ending>((resolve) => {
    response.on("close", () => {
      const by = response.writableFinished ? "answer" : brokenOff || isClosed() ? "server" : "client";
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
  return { request, breakOff: () => void (brokenOff = true) };
}
