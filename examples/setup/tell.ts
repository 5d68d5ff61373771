/** Prints events in the examples. */
import type { RetryEvent } from "@evenkeel/retry";

/** Prints that an attempt failed, and whether another follows. */
export function tell(event: RetryEvent): void {
  if (event.type === "retry") console.log(`attempt ${event.attempt} failed (${event.verdict.kind}), another follows`);
  if (event.type === "retry-give-up")
    console.log(`attempt ${event.attempt} failed (${event.verdict.kind}), no other follows`);
}
