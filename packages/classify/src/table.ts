/** What a provider's answers mean, as data: the rows of a table, and what each kind of failure implies. */
import type { Action, Health, Kind, Processed, Verdict } from "@evenkeel/core";

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

type Defaults = readonly [action: Action, health: Health, processed: Processed];

/** What each kind implies, where a row says nothing else. A new connection or answer is worth a try; a bill or a key is not. */
export const kinds: Readonly<Record<Kind, Defaults>> = {
  "rate-limit": ["retry", "neutral", "no"],
  quota: ["elsewhere", "neutral", "no"],
  billing: ["elsewhere", "neutral", "no"],
  overloaded: ["retry", "failure", "no"],
  server: ["retry", "failure", "maybe"],
  timeout: ["retry", "failure", "maybe"],
  network: ["retry", "failure", "maybe"],
  tls: ["elsewhere", "neutral", "no"],
  proxy: ["elsewhere", "neutral", "no"],
  auth: ["elsewhere", "neutral", "no"],
  permission: ["elsewhere", "neutral", "no"],
  region: ["elsewhere", "neutral", "no"],
  "not-found": ["elsewhere", "neutral", "no"],
  "context-length": ["change", "neutral", "no"],
  "too-large": ["change", "neutral", "no"],
  "content-filter": ["stop", "neutral", "no"],
  "invalid-request": ["stop", "neutral", "no"],
  conflict: ["retry", "neutral", "no"],
  malformed: ["retry", "failure", "maybe"],
  truncated: ["retry", "failure", "yes"],
  cancelled: ["stop", "neutral", "maybe"],
  refused: ["elsewhere", "neutral", "no"],
  unknown: ["stop", "neutral", "maybe"],
};

/** Spells out a kind, or a kind with its exceptions. */
export function verdictOf(outcome: Kind | OutcomeOf, retryAfter?: number): Verdict {
  const row: OutcomeOf = typeof outcome === "string" ? { kind: outcome } : outcome;
  const [action, health, processed] = kinds[row.kind];
  const verdict: Verdict = {
    action: row.action ?? action,
    kind: row.kind,
    processed: row.processed ?? processed,
    health: row.health ?? health,
  };
  return retryAfter === undefined || row.hint === false ? verdict : { ...verdict, retryAfter };
}
