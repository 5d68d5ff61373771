/** What a provider's answers mean, as data. */
import type { Action, Health, Kind, Processed } from "@evenkeel/core";

/** A kind, with what differs from that kind's default. */
export interface OutcomeOf {
  readonly kind: Kind;
  readonly action?: Action;
  readonly processed?: Processed;
  readonly health?: Health;
  /** Whether the wait that comes with such an answer means something. @default true */
  readonly hint?: boolean;
}

/** What a word says: a kind, a kind with its exceptions, or a status, which speaks only where there is none. */
export type Outcome = Kind | OutcomeOf | number;

/** One line of a table: what to look for, what it means, and the statuses under which it does (any, where none is named). */
export type Row<Means extends Outcome = Outcome> = readonly [pattern: RegExp, means: Means, ...statuses: number[]];

/** What is special to one provider; all else is as in the generic table. Of each list, the first row that fits counts. */
export interface Provider<Name extends string = string> {
  /** How options name the provider. */
  readonly name: Name;
  /** Recognises the provider's hosts: in lower case, with a port where that is not the scheme's own. */
  readonly host: RegExp;
  /** What single words mean: codes, types, the names of exceptions. */
  readonly codes?: readonly Row[];
  /** What prose means. */
  readonly texts?: readonly Row<Kind | OutcomeOf>[];
  /** What a status means by itself. */
  readonly statuses?: Readonly<Record<number, Kind | OutcomeOf>>;
  /** Recognises failures of its own in the body of a success. */
  readonly event?: (body: unknown) => Kind | OutcomeOf | undefined;
}
