/** Reads what strangers made, where a getter or a proxy may throw. */

/** Returns a property of anything, and `undefined` where reading it fails. */
export function property(object: unknown, key: PropertyKey): unknown {
  try {
    return (object as Record<PropertyKey, unknown> | null | undefined)?.[key];
  } catch {
    return undefined;
  }
}

/** Returns the first items of a list, and `undefined` for anything else. */
export function items(list: unknown): unknown[] | undefined {
  try {
    return Array.isArray(list) ? list.slice(0, 8) : undefined;
  } catch {
    return undefined;
  }
}
