/** A TCP proxy on the loopback interface that injects faults, over real sockets. */
import { checkFunction, checkNumber } from "@evenkeel/core";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { destroyed } from "../server/destroyed.ts";
import { realPause } from "../server/real-pause.ts";
import { resetSocket } from "./reset-socket.ts";
import { checkTcpFault, type TcpFault } from "./tcp-fault.ts";
import { tunnel } from "./tunnel.ts";

/** A new connection, for which to choose a fault. */
export interface ProxyConnection {
  /** The number of the connection, starting at 0. */
  readonly index: number;
  /** Resolves with the client's first bytes as text: for HTTP, the request line and headers. Empty if the client disconnects first. */
  head(): Promise<string>;
}

export interface FaultProxyOptions {
  /** The server that connections are forwarded to. */
  readonly target: { readonly host?: string | undefined; readonly port: number };
  /** Chooses the fault of a connection, or `undefined` for none. @default none */
  readonly faults?: ((connection: ProxyConnection) => TcpFault | undefined | Promise<TcpFault | undefined>) | undefined;
}

/** What a proxy has done so far. */
export interface ProxyCounts {
  /** The number of connections accepted. */
  readonly accepted: number;
  /** The number of open connections. */
  readonly open: number;
  /** The number of bytes sent to the target. */
  readonly up: number;
  /** The number of bytes sent to clients. */
  readonly down: number;
  /** The number of faults that actually happened, by kind. */
  readonly faults: Readonly<Record<TcpFault["kind"], number>>;
}

/** A running proxy. */
export interface FaultProxy extends AsyncDisposable {
  readonly port: number;
  /** The proxy's address as an `http:` origin. */
  readonly url: string;
  /** A snapshot of what the proxy has done so far. */
  readonly counts: ProxyCounts;
  /** Stops listening: the port refuses connections, like that of a dead server. Open connections continue. */
  refuse(): void;
  /** Listens on the same port again. Waits while another program uses it. */
  accept(): Promise<void>;
  /** Closes the port and every connection. */
  close(): Promise<void>;
}

/**
 * Starts a proxy in front of `target`, on a free port.
 * @example
 * const faults = ({ index }: ProxyConnection): TcpFault | undefined => (index === 0 ? { kind: "reset" } : undefined);
 * await using proxy = await faultProxy({ target: { port: server.port }, faults });
 * const response = await fetch(proxy.url).catch(() => fetch(proxy.url));
 * @throws {RangeError | TypeError} `target.port` is not a port, or `faults` is not a function.
 */
export async function faultProxy({ target: to, faults = () => undefined }: FaultProxyOptions): Promise<FaultProxy> {
  checkNumber("target.port", to?.port, { integer: true, min: 1, max: 65_535 });
  checkFunction("faults", faults);
  const target = { host: to.host ?? "127.0.0.1", port: to.port };
  const clients = new Set<Socket>();
  const bytes = { up: 0, down: 0 };
  const happened = { refuse: 0, reset: 0, end: 0, stall: 0, latency: 0, drip: 0 };
  let accepted = 0;
  let closed = false;
  let refuses = false;

  async function choose(connection: ProxyConnection): Promise<TcpFault | undefined> {
    const fault = await faults(connection);
    return fault && checkTcpFault(fault);
  }

  async function serve(client: Socket): Promise<void> {
    const index = accepted++;
    clients.add(client);
    client.on("close", () => clients.delete(client));
    client.on("error", () => {});
    const fault = await choose({ index, head: () => firstBytes(client) }).catch((mistake: unknown) => {
      resetSocket(client); // or the client would wait forever
      throw mistake;
    });
    if (client.destroyed) return;
    tunnel({
      client,
      target,
      fault,
      passed: (direction, count) => void (bytes[direction] += count),
      happened: (kind) => void happened[kind]++,
    });
  }

  let server = await listen(0, serve);
  const { port } = server.address() as AddressInfo;

  /** Whether the port refuses connections, but should not: it may have been told to again while it was opening. */
  const isShut = (): boolean => !server.listening && !closed && !refuses;

  async function accept(): Promise<void> {
    refuses = false;
    while (isShut()) {
      const again = await listen(port, serve).catch(unlessTaken);
      if (!again) await realPause(pauseWhileTaken);
      else if (closed || refuses) again.close();
      else server = again;
    }
  }

  function refuse(): void {
    refuses = true;
    if (server.listening) server.close();
  }

  async function close(): Promise<void> {
    closed = true;
    if (server.listening) server.close();
    await Promise.all(Array.from(clients, destroyed));
  }

  return {
    port,
    url: `http://127.0.0.1:${port}`,
    get counts() {
      return { accepted, open: clients.size, ...bytes, faults: { ...happened } };
    },
    refuse,
    accept,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function listen(port: number, serve: (client: Socket) => Promise<void>): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer({ noDelay: true }, (client) => void serve(client));
    server.on("error", reject);
    server.listen(port, "127.0.0.1", () => resolve(server));
  });
}

/** How long to wait before trying a port again that another program uses, in milliseconds. */
const pauseWhileTaken = 10;

function unlessTaken(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "EADDRINUSE") throw error;
}

/** Reads the first bytes and puts them back. */
function firstBytes(client: Socket): Promise<string> {
  return new Promise((resolve) => {
    const settle = (): void => {
      const chunk = client.read() as Buffer | null;
      if (chunk) client.unshift(chunk);
      client.off("readable", settle);
      client.off("close", settle);
      resolve(chunk?.toString("latin1") ?? "");
    };
    client.on("readable", settle);
    client.on("close", settle);
  });
}
