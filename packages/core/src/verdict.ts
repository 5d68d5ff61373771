/** The vocabulary in which every layer is told what an error means. */

/**
 * What to do about an error: nothing is wrong (`accept`), repeat the same call (`retry`), use another key, model or provider
 * (`elsewhere`), send a smaller or different request (`change`), or give up (`stop`).
 */
export type Action = "accept" | "retry" | "elsewhere" | "change" | "stop";

/**
 * What happened. `quota`: that of a day, a month or a plan is used up. `billing`: a payment is due. `region`: not served from here.
 * `proxy`: something between the caller and the upstream refused. `malformed`: the answer is not valid. `truncated`: the answer ended too
 * early. `cancelled`: someone called it off. `refused`: a layer of this toolkit did not send the call.
 */
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

/** Whether the upstream may have done, and billed for, the work. */
export type Processed = "no" | "maybe" | "yes";

/** What the outcome says about the upstream: a throttled key is `neutral`, an overloaded provider is a `failure`. */
export type Health = "success" | "neutral" | "failure";

/** What an error means. */
export interface Verdict {
  readonly action: Action;
  readonly kind: Kind;
  readonly processed: Processed;
  readonly health: Health;
  /** How long the upstream asks callers to wait, in milliseconds from when it said so. */
  readonly retryAfter?: number | undefined;
}

/** A verdict as a user writes it. By default `kind` is `unknown`, `processed` is `maybe`, and `health` follows from `action`. */
export type VerdictInit = Pick<Verdict, "action"> & { readonly [Field in keyof Verdict]?: Verdict[Field] | undefined };

/** Returns a verdict on an error, or `undefined` to leave it to the next classifier. */
export type Classify = (error: unknown) => VerdictInit | undefined;
