/** Looks into the body of a request, as far as that is possible without reading it: into text and bytes, of which most are JSON. */
import { textOf } from "./read-head.ts";

/** Settings stand before or behind the prompt, which may be long: only so many characters at either end are looked into. */
const edge = 2_048;

/** About four characters make a token of English. */
const charactersPerToken = 4;

/** Estimates how many tokens a body holds; 0 where its length cannot be told. */
export function tokensIn(body: unknown): number {
  return inspectable(body).length / charactersPerToken;
}

/** Counts the bytes of the files in a body; 0 where that cannot be told without reading it. */
export function bytesIn(body: unknown): number {
  if (body instanceof FormData) return [...body.values()].reduce((bytes, value) => bytes + bytesIn(value), 0);
  return body instanceof Blob ? body.size : 0;
}

/** Returns the beginning and the end of a body, or the whole where it is short. */
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
