/** Finds how to follow a stream by its content type. */
import { binaryProgress } from "./binary-progress.ts";
import { framingOf } from "./framing.ts";
import type { Protocol } from "./protocols/protocol.ts";
import { streamProgress, type StreamProgress } from "./stream-progress.ts";

/** Begins to follow a stream of this content type; returns `undefined` when it is none that is known. */
export function progressOf(contentType: string, protocols: readonly Protocol[]): StreamProgress | undefined {
  const framing = framingOf(contentType);
  if (framing) return streamProgress(framing, protocols);
  if (/^application\/vnd\.amazon\.eventstream\b/i.test(contentType)) return binaryProgress(protocols);
  return undefined;
}
