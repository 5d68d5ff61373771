/** The current time, by the options or the clock. */
import { systemClock } from "@evenkeel/core";

/** Returns `options.now`, by default the system clock's time. Untyped callers also pass `null` for either. */
export function nowOf(options: { readonly now?: number | undefined } | undefined): number {
  return options?.now ?? systemClock.now();
}
