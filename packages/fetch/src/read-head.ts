/** Reads the beginning of a body before it is handed on. */
import { listenForAbort } from "@evenkeel/core";
import { release, type BodyReader } from "./reader-of.ts";

/** The beginning of a body. */
export interface Head {
  readonly chunks: Uint8Array[];
  /** The total length of the chunks. */
  readonly bytes: number;
  /** Whether that is all of the body. */
  readonly isWhole: boolean;
}

/**
 * Reads until `isEnough` returns true, the body ends, or at least `maxBytes` have been read. Cancels the body if the signal aborts,
 * because some bodies ignore it.
 * @throws The body's error, or the signal's reason.
 */
export async function readHead(
  reader: BodyReader,
  signal: AbortSignal,
  maxBytes: number,
  isEnough: (chunk: Uint8Array) => boolean = () => false,
): Promise<Head> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const listening = listenForAbort(signal, { abort: (reason) => release(reader, reason) });
  try {
    while (bytes < maxBytes) {
      const { done, value } = await reader.read();
      if (signal.aborted) throw signal.reason; // a cancelled body looks like one that ended normally
      if (done) return { chunks, bytes, isWhole: true };
      bytes += value.byteLength;
      chunks.push(value);
      if (isEnough(value)) break;
    }
    return { chunks, bytes, isWhole: false };
  } finally {
    listening?.leave();
  }
}
