/** The event of timeout. */
import type { ResilienceEvent } from "@evenkeel/core";
import type { TimeoutLabel } from "./timeout-error.ts";

/** A call exceeded its limit and was given up. Not emitted if the caller aborted. */
export interface TimeoutEvent extends ResilienceEvent {
  readonly type: "timeout";
  /** Which limit was exceeded. */
  readonly label: TimeoutLabel;
  /** The limit, in ms. */
  readonly limit: number;
}
