/** An HTTP server on the loopback interface that injects faults, over real sockets, and records the requests. */
import { checkFunction, checkOptions } from "@evenkeel/core";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { answer } from "./answer.ts";
import { destroyed } from "./destroyed.ts";
import type { HttpFault } from "./http-faults.ts";
import type { Responder } from "./responder.ts";
import { readRequest, type SeenRequest } from "./seen-request.ts";
import { sendReply } from "./send-reply.ts";

export interface FaultServerOptions {
  /** Answers the requests. @default answer("Hello from the fault server.") */
  readonly respond?: Responder | undefined;
  /** Chooses the fault of a request, or `undefined` for none. @default none */
  readonly faults?: ((request: SeenRequest) => HttpFault | undefined) | undefined;
  /** Whether a connection may carry more than one request. @default true */
  readonly keepAlive?: boolean | undefined;
}

/** A running server. */
export interface FaultServer extends AsyncDisposable {
  readonly port: number;
  /** The server's origin, such as `http://127.0.0.1:40123`. */
  readonly url: string;
  /** The requests that were received completely, in order. */
  readonly requests: readonly SeenRequest[];
  /** The number of exchanges in progress. */
  readonly active: number;
  /** The number of open connections. */
  readonly openSockets: number;
  /** Closes the port and every connection. */
  close(): Promise<void>;
}

/**
 * Starts a server on a free port. Recognises OpenAI's chat completions and responses and Anthropic's messages by their paths.
 * @example
 * await using server = await faultServer({ respond: sequence(openaiError(503), answer("Hello")) });
 * const client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: "none" });
 * @throws {TypeError} The options are not an object, or `respond` or `faults` is not a function. What these throw later is an
 * unhandled rejection, so that a mistake in a test is noticed.
 */
export async function faultServer({
  respond = answer("Hello from the fault server."),
  faults = () => undefined,
  keepAlive = true,
}: FaultServerOptions = {}): Promise<FaultServer> {
  checkOptions(arguments[0]);
  checkFunction("respond", respond);
  checkFunction("faults", faults);
  const sockets = new Set<Socket>();
  const requests: SeenRequest[] = [];
  let active = 0;
  let closed = false;

  async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    active++;
    response.on("close", () => active--);
    response.on("error", () => {});
    if (!keepAlive) response.shouldKeepAlive = false;
    const exchange = await readRequest(message, response, requests, () => closed);
    if (!exchange) return;
    const { request } = exchange;
    try {
      const fault = faults(request);
      const reply = await (fault ? fault(request, respond) : respond(request));
      await sendReply(reply, response, exchange);
    } catch (error) {
      if (request.signal.aborted) return; // the client has disconnected
      exchange.breakOff();
      response.destroy();
      throw error;
    }
  }

  const server = createServer((message, response) => void serve(message, response));
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.on("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;

  async function close(): Promise<void> {
    closed = true;
    if (server.listening) server.close();
    await Promise.all(Array.from(sockets, destroyed));
  }

  return {
    port,
    url: `http://127.0.0.1:${port}`,
    requests,
    get active() {
      return active;
    },
    get openSockets() {
      return sockets.size;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
