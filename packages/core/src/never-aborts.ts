/** The signal of calls that nobody can cancel. */

let shared: AbortSignal | undefined;

/**
 * Returns the one signal that never aborts. It keeps no listeners, so that what is added for each of millions of calls is not held for ever.
 * Made at first use: importing this package touches no global.
 */
export function neverAborts(): AbortSignal {
  return (shared ??= Object.defineProperty(new AbortController().signal, "addEventListener", { value: () => {} }));
}
