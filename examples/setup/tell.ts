/** What an example prints of the events. */
import type { RetryEvent } from "@evenkeel/retry";

/** Prints that an attempt failed, and what is made of that. */
export function tell(event: RetryEvent): void {
  if (event.type === "retry") console.log(`attempt ${event.attempt} failed (${event.verdict.kind}), another follows`);
  if (event.type === "retry-give-up")
    console.log(`attempt ${event.attempt} failed (${event.verdict.kind}), no other follows`);
}
