/** The current time, unless the options set it. */
import { systemClock } from "@evenkeel/core";

/** Returns `options.now`, or else the system clock's time. Both may be `null` if the caller is untyped. */
export function nowOf(options: { readonly now?: number | undefined } | undefined): number {
  return options?.now ?? systemClock.now();
}
