/** The signal of calls that cannot be cancelled. */

let shared: AbortSignal | undefined;

/**
 * Returns a shared signal that never aborts. It ignores listeners, which would otherwise pile up on it, call after call.
 * Created on first use, so that importing this package touches no global.
 */
export function neverAborts(): AbortSignal {
  return (shared ??= Object.defineProperty(new AbortController().signal, "addEventListener", { value: () => {} }));
}
