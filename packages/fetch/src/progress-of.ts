/** Chooses by the content type how to follow a stream. */
import { BinaryProgress } from "./binary-progress.ts";
import { framingOf } from "./framing.ts";
import type { StreamProgress } from "./stream-progress.ts";
import { TextProgress } from "./text-progress.ts";

/** Starts to follow a stream of this content type. Returns `undefined` if it is not the type of a known kind of stream. */
export function progressOf(contentType: string): StreamProgress | undefined {
  const framing = framingOf(contentType);
  if (framing) return new TextProgress(framing);
  if (/^application\/vnd\.amazon\.eventstream\b/i.test(contentType)) return new BinaryProgress();
  return undefined;
}
