/** The faults of a connection, below HTTP. */
import { checkNumber, checkOneOf } from "@evenkeel/core";

/** The direction of bytes: from the client to the target (`up`) or back (`down`). */
export type Direction = "up" | "down";

/** Breaks or stalls the connection after a number of bytes. */
export interface BreakFault {
  /** `reset` sends RST, `end` sends FIN, `stall` keeps the connection open but lets nothing more through. */
  readonly kind: "reset" | "end" | "stall";
  /** How many bytes pass first. With 0 it happens when the first byte arrives, which does not pass. @default 0 */
  readonly after?: number | undefined;
  /** Which bytes are counted and, by `stall`, held back. @default "down" */
  readonly direction?: Direction | undefined;
}

/** A fault of one connection. */
export type TcpFault =
  /** Resets the connection at once, without connecting to the target. */
  | { readonly kind: "refuse" }
  | BreakFault
  /** Delays the first byte of the answer by `ms` milliseconds. */
  | { readonly kind: "latency"; readonly ms: number }
  /** Sends the answer in pieces of `bytes` bytes, one every `every` milliseconds. */
  | { readonly kind: "drip"; readonly bytes: number; readonly every: number };

/**
 * Returns a valid fault as it is.
 * @throws {RangeError | TypeError} A number is out of range, or the kind or direction is unknown.
 */
export function checkTcpFault(fault: TcpFault): TcpFault {
  switch (fault.kind) {
    case "refuse":
      return fault;
    case "latency":
      checkNumber("ms", fault.ms);
      return fault;
    case "drip":
      checkNumber("bytes", fault.bytes, { integer: true, min: 1 });
      checkNumber("every", fault.every);
      return fault;
    case "reset":
    case "end":
    case "stall":
      checkNumber("after", fault.after ?? 0, { integer: true });
      checkOneOf("direction", fault.direction ?? "up", ["up", "down"]);
      return fault;
    default:
      throw new TypeError(`Expected \`kind\` to be a kind of TCP fault, got ${JSON.stringify(fault)}`);
  }
}
