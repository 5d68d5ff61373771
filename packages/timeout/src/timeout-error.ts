/** The error of all time limits. */
import { ResilienceError, type Verdict } from "@evenkeel/core";

/** What a limit applies to: a name that this toolkit uses, or one of your own. */
export type TimeoutLabel =
  | "timeout"
  | "total"
  | "attempt"
  | "headers"
  | "first-content"
  | "gap"
  | "unread"
  | (string & {});

/** Reports that a time limit was exceeded. It is also the abort reason, so whatever stops because of it rejects with this same object. */
export class TimeoutError extends ResilienceError {
  static override readonly brand: string = "@evenkeel/timeout:TimeoutError";
  override readonly name = "TimeoutError" as const;
  readonly code = "TIMEOUT" as const;
  readonly verdict: Verdict;
  /** Which limit was exceeded. */
  readonly label: TimeoutLabel;
  /** The limit, in ms. */
  readonly limit: number;
  /** The last error from the upstream before the limit, if any. Not in `cause`, because some SDKs search that for codes to retry. */
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

/** If nobody reads, the upstream is not to blame, and a retry would not be read either. */
const unread: Verdict = { action: "stop", kind: "timeout", processed: "yes", health: "neutral" };
