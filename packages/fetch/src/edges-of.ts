/** Inspects the body of a request without consuming it: text and bytes, which most bodies are, and the sizes of files. */
import { textOf } from "./text-of.ts";

/** Settings stand before or after the prompt, which may be long: only this many characters at either end are searched. */
const edge = 2_048;

/** English text has about four characters per token. */
const charactersPerToken = 4;

/** Estimates how many tokens a body holds; 0 if its length is unknown. */
export function estimateTokens(body: unknown): number {
  return inspectable(body).length / charactersPerToken;
}

/** Returns the total size of the files in a body, in bytes; 0 if that is unknown without reading it. */
export function fileBytes(body: unknown): number {
  if (body instanceof FormData) return [...body.values()].reduce((bytes, value) => bytes + fileBytes(value), 0);
  if (body instanceof Blob) return body.size;
  const bytes = inspectable(body);
  // A file, or a form that was read from a `Request`: JSON begins with a brace.
  return typeof bytes === "string" || bytes[0] === 0x7b ? 0 : bytes.length;
}

/** Returns the beginning and the end of a body, or all of it if it is short. */
export function edgesOf(body: unknown): string {
  const whole = inspectable(body);
  return whole.length > 2 * edge ? toText(whole.slice(0, edge)) + toText(whole.slice(-edge)) : toText(whole);
}

function inspectable(body: unknown): string | Uint8Array {
  if (typeof body === "string" || body instanceof Uint8Array) return body;
  return body instanceof ArrayBuffer ? new Uint8Array(body) : "";
}

function toText(part: string | Uint8Array): string {
  return typeof part === "string" ? part : textOf(part);
}
