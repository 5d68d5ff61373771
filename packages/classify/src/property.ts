/** Reads foreign objects, whose getters and proxies may throw. */
import { quietly } from "@evenkeel/core";

/** Returns a property of any value, or `undefined` if reading it throws. */
export function property(object: unknown, key: PropertyKey): unknown {
  return quietly(() => (object as Record<PropertyKey, unknown> | null | undefined)?.[key]);
}

/** Returns the first 8 items of an array, or `undefined` for anything else. */
export function items(list: unknown): unknown[] | undefined {
  return quietly(() => (Array.isArray(list) ? list.slice(0, 8) : undefined));
}

/** Returns a string or number as text, and "" for anything else: an object may have no `toString`. */
export function text(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}
