/** The error of every time limit. */
import { ResilienceError, type Verdict } from "@evenkeel/core";

/** What a limit bounds: the names this toolkit uses; a `label` of your own is fine too. */
export type TimeoutLabel =
  | "timeout"
  | "total"
  | "attempt"
  | "headers"
  | "first-content"
  | "gap"
  | "unread"
  | (string & {});

/** Says that a limit has passed. It is the reason of the signal, too, so that whatever stops because of it rejects with this very object. */
export class TimeoutError extends ResilienceError {
  static override readonly brand: string = "@evenkeel/timeout:TimeoutError";
  override readonly name = "TimeoutError" as const;
  readonly code = "TIMEOUT" as const;
  readonly verdict: Verdict;
  /** Which limit has passed. */
  readonly label: TimeoutLabel;
  /** The limit in milliseconds. */
  readonly limit: number;
  /** The last error that came from the upstream before the limit passed, if there was one. Not a `cause`, which some SDKs search for codes to retry. */
  readonly lastError: unknown;

  constructor(limit: number, label: TimeoutLabel = "timeout", lastError?: unknown) {
    super(`Timed out after ${limit} ms (${label})`);
    this.limit = limit;
    this.label = label;
    this.lastError = lastError;
    this.verdict = label === "unread" ? unread : hung;
  }
}

const hung: Verdict = { action: "retry", kind: "timeout", processed: "maybe", health: "failure" };

/** Whom nobody listens to is not to blame, and would not be listened to another time. */
const unread: Verdict = { action: "stop", kind: "timeout", processed: "yes", health: "neutral" };
