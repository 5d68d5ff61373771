/** Reads what strangers made, where a getter or a proxy may throw. */

/** Returns a property of anything, and `undefined` where reading it fails. */
export function property(object: unknown, key: PropertyKey): unknown {
  try {
    return (object as Record<PropertyKey, unknown> | null | undefined)?.[key];
  } catch {
    return undefined;
  }
}
