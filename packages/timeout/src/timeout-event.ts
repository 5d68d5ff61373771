/** What timeout tells those who listen. */
import type { ResilienceEvent } from "@evenkeel/core";
import type { TimeoutLabel } from "./timeout-error.ts";

/** A limit has passed, and the call was given up. Not told when the caller aborted. */
export interface TimeoutEvent extends ResilienceEvent {
  readonly type: "timeout";
  /** Which limit has passed. */
  readonly label: TimeoutLabel;
  /** The limit in milliseconds. */
  readonly limit: number;
}
