/** Tables of what a provider's failures mean. */
import type { Action, Health, Kind, Processed } from "@evenkeel/core";

/** A kind, and where its verdict differs from that kind's default. */
export interface OutcomeOf {
  readonly kind: Kind;
  readonly action?: Action;
  readonly processed?: Processed;
  readonly health?: Health;
  /** Whether to believe the wait that such a response asks for. @default true */
  readonly hint?: boolean;
}

/** What a pattern means: a kind, a kind with exceptions, or an HTTP status, to be assumed if the failure has none. */
export type Outcome = Kind | OutcomeOf | number;

/** One row of a table: what to look for, what it means, and the statuses that it is limited to (all, if none is given). */
export type Row<O extends Outcome = Outcome> = readonly [pattern: RegExp, outcome: O, ...statuses: number[]];

/** How one provider differs from the generic table. In each list, the first matching row decides. */
export interface Provider<Name extends string = string> {
  /** The name that the `provider` option takes. */
  readonly name: Name;
  /** Matches the provider's hosts, which are in lower case and include any port except 80 and 443. */
  readonly host: RegExp;
  /** What codes, types and exception names mean. */
  readonly codes?: readonly Row[];
  /** What messages mean. */
  readonly texts?: readonly Row<Kind | OutcomeOf>[];
  /** What a status means on its own. */
  readonly statuses?: Readonly<Record<number, Kind | OutcomeOf>>;
  /** Returns the outcome of a stream event, or of a 2xx body, that reports a failure in a way only this provider does. */
  readonly event?: (body: unknown) => Kind | OutcomeOf | undefined;
}
