/** Copies bytes from one socket to another, subject to a fault. */
import type { Socket } from "node:net";
import { realPause } from "../server/real-pause.ts";
import type { BreakFault, Direction, TcpFault } from "./tcp-fault.ts";

export interface CarryOptions {
  readonly from: Socket;
  readonly to: Socket;
  readonly direction: Direction;
  readonly fault: TcpFault | undefined;
  /** Aborts when the connection is closed, and ends all waits. */
  readonly signal: AbortSignal;
  /** Called with the number of bytes that have passed. */
  passed(bytes: number): void;
  /** Called when the fault starts to slow the bytes down. */
  happened(kind: TcpFault["kind"]): void;
}

/**
 * Copies until the source ends, or until the fault is due, which it then returns.
 * @throws The error of either socket.
 */
export async function carry({
  from,
  to,
  direction,
  fault,
  signal,
  passed,
  happened,
}: CarryOptions): Promise<BreakFault | undefined> {
  const breaks = isBreak(fault) && (fault.direction ?? "down") === direction ? fault : undefined;
  const drip = fault?.kind === "drip" && direction === "down" ? fault : undefined;
  let slows = direction === "down" && (fault?.kind === "latency" || fault?.kind === "drip") ? fault : undefined;
  let left = breaks?.after ?? (breaks ? 0 : Infinity);

  for await (const chunk of from.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>) {
    if (slows) happened(slows.kind);
    if (slows?.kind === "latency") await realPause(slows.ms, signal);
    slows = undefined;
    const due = chunk.length >= left;
    const through = due ? chunk.subarray(0, left) : chunk;
    for (const piece of pieces(through, drip?.bytes)) {
      await write(to, piece, signal);
      passed(piece.length);
      if (drip) await realPause(drip.every, signal);
    }
    left -= through.length;
    if (breaks && due) return breaks;
  }
  return undefined;
}

function isBreak(fault: TcpFault | undefined): fault is BreakFault {
  return fault?.kind === "reset" || fault?.kind === "end" || fault?.kind === "stall";
}

function* pieces(chunk: Uint8Array, size = Infinity): Generator<Uint8Array> {
  for (let start = 0; start < chunk.length; start += size) yield chunk.subarray(start, start + size);
}

/** If the peer does not read, this waits until the connection is closed. */
function write(to: Socket, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", reject, { once: true });
    to.write(bytes, (error) => {
      signal.removeEventListener("abort", reject);
      if (error) reject(error);
      else resolve();
    });
  });
}
