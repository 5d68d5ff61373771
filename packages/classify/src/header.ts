/** Reads headers, in whatever form a client hands them out. */
import { property } from "./property.ts";

/** Headers as clients hand them out: `Headers`, a `Map`, or a plain object in any case; anything else has none. */
export type HeadersLike = unknown;

/** Returns the value of a header, given its name in lower case. Never throws. */
export function header(headers: HeadersLike, name: string): string | undefined {
  try {
    if (typeof property(headers, "get") === "function") {
      const value: unknown = (headers as { get(name: string): unknown }).get(name);
      if (typeof value === "string") return value;
    }
    return headerEntries(headers).find(([key]) => key === name)?.[1];
  } catch {
    return undefined;
  }
}

/** Lists the headers, names in lower case. Never throws. */
export function headerEntries(headers: HeadersLike): [name: string, value: string][] {
  try {
    const iterable = typeof property(headers, Symbol.iterator) === "function";
    const entries = iterable ? [...(headers as Iterable<[unknown, unknown]>)] : Object.entries(headers ?? {});
    return entries.map(([name, value]) => [String(name).toLowerCase(), String(value)]);
  } catch {
    return [];
  }
}
