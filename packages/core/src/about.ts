/** What all events of a call have in common. */
import type { Call } from "./call.ts";
import type { ResilienceEvent } from "./event.ts";

/** Returns the fields that identify a call in its events: `call.emit?.({ type: "my-event", ...about(call) })`. */
export function about({ key, attempt, work }: Call): Omit<ResilienceEvent, "type"> {
  return { key, attempt, call: work.root };
}
