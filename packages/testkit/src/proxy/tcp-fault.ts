/** What can go wrong with a connection, below HTTP. */
import { checkNumber, checkOneOf } from "@evenkeel/core";

/** Which bytes are counted: the client's (`up`) or the target's (`down`). */
export type Direction = "up" | "down";

/** Breaks the connection, or lets it go silent, once a number of bytes has passed. */
export interface BreakFault {
  /** `reset` sends RST, `end` sends FIN, `stall` keeps the connection open and lets nothing more through. */
  readonly kind: "reset" | "end" | "stall";
  /** How many bytes pass first; with 0 it happens as the first byte comes, which does not pass. @default 0 */
  readonly after?: number | undefined;
  /** Whose bytes are counted and, in a stall, held back. @default "down" */
  readonly direction?: Direction | undefined;
}

/** What befalls a connection. */
export type TcpFault =
  /** Resets the connection at once, without a connection to the target. */
  | { readonly kind: "refuse" }
  | BreakFault
  /** Holds the first byte of the answer back, for `ms` milliseconds. */
  | { readonly kind: "latency"; readonly ms: number }
  /** Lets the answer through in pieces of `bytes`, one every `every` milliseconds. */
  | { readonly kind: "drip"; readonly bytes: number; readonly every: number };

/** @throws {RangeError | TypeError} A number of the fault is out of range, or a word of it unknown. */
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
