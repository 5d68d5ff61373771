/** Asks the user's code where an error of its own must not fail a call, whose outcome it has nothing to do with. */

/** Returns what `ask` returns, or nothing if it throws. */
export function quietly<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}
