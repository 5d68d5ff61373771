/** What an error means, said once, in words that every layer reads. */

/**
 * What can help: nothing is wrong (`accept`), the same call again (`retry`), another key, model or provider (`elsewhere`),
 * a smaller or different request (`change`), or nothing (`stop`).
 */
export type Action = "accept" | "retry" | "elsewhere" | "change" | "stop";

/** What happened. */
export type Kind =
  | "rate-limit"
  | "quota"
  | "billing"
  | "overloaded"
  | "server"
  | "timeout"
  | "network"
  | "proxy"
  | "tls"
  | "auth"
  | "permission"
  | "region"
  | "not-found"
  | "context-length"
  | "too-large"
  | "content-filter"
  | "invalid-request"
  | "conflict"
  | "malformed"
  | "truncated"
  | "cancelled"
  | "refused"
  | "unknown";

/** Whether the upstream may have done, and billed, the work. */
export type Processed = "no" | "maybe" | "yes";

/** What the outcome says about the upstream: a throttled key is `neutral`, an overloaded provider is a `failure`. */
export type Health = "success" | "neutral" | "failure";

/** What an error means. */
export interface Verdict {
  readonly action: Action;
  readonly kind: Kind;
  readonly processed: Processed;
  readonly health: Health;
  /** How long the upstream asks to be left alone, in milliseconds from when it said so. */
  readonly retryAfter?: number | undefined;
}

/** A verdict as a user writes it: what is left out is the default's, and `health` follows from `action`. */
export type VerdictInit = Pick<Verdict, "action"> & { readonly [Field in keyof Verdict]?: Verdict[Field] | undefined };

/** Judges an error, or leaves it to the next in line with `undefined`. */
export type Classify = (error: unknown) => VerdictInit | undefined;
