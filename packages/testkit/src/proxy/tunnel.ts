/** Connects one client to the target, subject to a fault. */
import { connect, type Socket } from "node:net";
import { realPause } from "../server/real-pause.ts";
import { resetSocket } from "./reset-socket.ts";
import { carry } from "./carry.ts";
import type { BreakFault, Direction, TcpFault } from "./tcp-fault.ts";

export interface TunnelOptions {
  readonly client: Socket;
  readonly target: { readonly host: string; readonly port: number };
  readonly fault: TcpFault | undefined;
  /** Called with the number of bytes that have passed in a direction. */
  passed(direction: Direction, bytes: number): void;
  /** Called when the fault actually happens: a reset after more bytes than were sent never does. */
  happened(kind: TcpFault["kind"]): void;
}

/** A reset makes the peer discard what it has not read yet, so it gets this long, in milliseconds, to read what was sent. */
const readingTime = 10;

/** Opens a connection to the target, which is closed together with the client's. */
export function tunnel({ client, target, fault, passed, happened }: TunnelOptions): void {
  if (fault?.kind === "refuse") {
    happened("refuse");
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
      happened,
      passed: (bytes) => passed(direction, bytes),
    });
    if (due) await breakOff(due);
    else to.end();
  }

  async function breakOff({ kind, after = 0 }: BreakFault): Promise<void> {
    happened(kind);
    if (kind === "end") {
      client.end();
      upstream.destroy();
    } else if (kind === "reset") {
      if (after > 0) await realPause(readingTime);
      resetSocket(client);
    }
  }

  // An error of either socket has closed both by then, so there is nobody to report it to.
  void run("up")
    .catch(() => {})
    .then(() => client.resume()); // a disconnect is only noticed while the socket is being read
  run("down").catch(() => {});
}
