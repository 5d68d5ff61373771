/** Asks where an error must not do harm. */

/** Returns what `ask` returns, or nothing if it throws: a user's function may, and so may reading a value that was thrown. */
export function quietly<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}
