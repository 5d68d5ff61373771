/** Reads headers in all the forms that clients use. */
import { quietly } from "@evenkeel/core";
import { property } from "./property.ts";

/** Headers as clients represent them: `Headers`, a `Map`, a list of pairs or a plain object, in any case. Other objects have none. */
export type HeadersLike = object | null | undefined;

/** Returns the value of a header, given its name in lower case. Never throws. */
export function header(headers: HeadersLike, name: string): string | undefined {
  return quietly(() => {
    if (typeof property(headers, "get") === "function") {
      const value: unknown = (headers as { get(name: string): unknown }).get(name);
      if (typeof value === "string") return value;
      // `Headers` returns null for a missing header. A `Map` returns undefined, but may have the name in another case.
      if (value === null) return undefined;
    }
    return headerEntries(headers).find(([key]) => key === name)?.[1];
  });
}

/** Returns all headers, with their names in lower case. Never throws. */
export function headerEntries(headers: HeadersLike): [name: string, value: string][] {
  const list = quietly(() => {
    const iterable = typeof property(headers, Symbol.iterator) === "function";
    const entries = iterable ? [...(headers as Iterable<[unknown, unknown]>)] : Object.entries(headers ?? {});
    return entries.map(([name, value]): [string, string] => [String(name).toLowerCase(), String(value)]);
  });
  return list ?? [];
}
