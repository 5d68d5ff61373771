/** Reads foreign objects, whose getters and proxies may throw. */

/** Returns a property of any value, or `undefined` if reading it throws. */
export function property(object: unknown, key: PropertyKey): unknown {
  try {
    return (object as Record<PropertyKey, unknown> | null | undefined)?.[key];
  } catch {
    return undefined;
  }
}

/** Returns the first 8 items of an array, or `undefined` for anything else. */
export function items(list: unknown): unknown[] | undefined {
  try {
    return Array.isArray(list) ? list.slice(0, 8) : undefined;
  } catch {
    return undefined;
  }
}

/** Returns a string or number as text, and "" for anything else: an object may have no `toString`. */
export function text(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}
