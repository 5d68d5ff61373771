/** Joins one client's connection to the target, under a fault. */
import { connect, type Socket } from "node:net";
import { realPause } from "../server/real-pause.ts";
import { resetSocket } from "./reset-socket.ts";
import { carry } from "./carry.ts";
import type { BreakFault, Direction, TcpFault } from "./tcp-fault.ts";

export interface TunnelOptions {
  readonly client: Socket;
  readonly target: { readonly host: string; readonly port: number };
  readonly fault: TcpFault | undefined;
  /** Hears how many bytes have passed in a direction. */
  passed(direction: Direction, bytes: number): void;
  /** Hears that the fault has really happened: a reset after more bytes than ever came never does. */
  befell(kind: TcpFault["kind"]): void;
}

/** A reset makes the peer drop what it has not read yet; this long, in milliseconds, it gets to read what was let through. */
const readingTime = 10;

/** Opens the connection to the target; it closes with the client's. */
export function tunnel({ client, target, fault, passed, befell }: TunnelOptions): void {
  if (fault?.kind === "refuse") {
    befell("refuse");
    resetSocket(client);
    return;
  }

  const upstream = connect(target);
  const gone = new AbortController();
  upstream.on("error", () => resetSocket(client));
  client.on("close", () => {
    gone.abort();
    upstream.destroy();
  });

  async function run(direction: Direction): Promise<void> {
    const [from, to] = direction === "up" ? [client, upstream] : [upstream, client];
    const { signal } = gone;
    const due = await carry({
      from,
      to,
      direction,
      fault,
      signal,
      befell,
      passed: (bytes) => passed(direction, bytes),
    });
    if (due) await breakOff(due);
    else to.end();
  }

  async function breakOff({ kind, after = 0 }: BreakFault): Promise<void> {
    befell(kind);
    if (kind === "end") {
      client.end();
      upstream.destroy();
    } else if (kind === "reset") {
      if (after > 0) await realPause(readingTime);
      resetSocket(client);
    }
  }

  // What breaks a socket has closed both by then: nobody is left to be told.
  void run("up")
    .catch(() => {})
    .then(() => client.resume()); // a client that leaves is noticed only while it is read
  run("down").catch(() => {});
}
