/** The default verdict on each kind of failure. */
import type { Action, Health, Kind, Processed, Verdict } from "@evenkeel/core";
import type { OutcomeOf } from "./provider.ts";

type Defaults = readonly [action: Action, health: Health, processed: Processed];

/** Only another key, model or provider can help. The upstream is healthy. */
const elsewhere: Defaults = ["elsewhere", "neutral", "no"];
/** Something broke, at an unknown stage. */
const broken: Defaults = ["retry", "failure", "maybe"];

/** What each kind implies, unless a table says otherwise. A retry gets a new connection or response, but not a new key or more credit. */
export const kinds: Readonly<Record<Kind, Defaults>> = {
  "rate-limit": ["retry", "neutral", "no"],
  quota: elsewhere,
  billing: elsewhere,
  overloaded: ["retry", "failure", "no"],
  server: broken,
  timeout: broken,
  network: broken,
  tls: elsewhere,
  proxy: elsewhere,
  auth: elsewhere,
  permission: elsewhere,
  region: elsewhere,
  "not-found": elsewhere,
  "context-length": ["change", "neutral", "no"],
  "too-large": ["change", "neutral", "no"],
  "content-filter": ["stop", "neutral", "no"],
  "invalid-request": ["stop", "neutral", "no"],
  conflict: ["retry", "neutral", "no"],
  malformed: broken,
  truncated: ["retry", "failure", "yes"],
  cancelled: ["stop", "neutral", "maybe"],
  refused: elsewhere,
  unknown: ["stop", "neutral", "maybe"],
};

/** The model generated something unusable: the work was done, and the upstream is healthy. */
export const badSample: OutcomeOf = { kind: "malformed", processed: "yes", health: "neutral" };

/** Returns a kind in the form that has room for exceptions. */
export function outcomeOf(outcome: Kind | OutcomeOf): OutcomeOf {
  return typeof outcome === "string" ? { kind: outcome } : outcome;
}

/** Returns the full verdict for a kind, with the exceptions of an outcome. */
export function verdictOf(outcome: Kind | OutcomeOf, retryAfter?: number): Verdict {
  const row = outcomeOf(outcome);
  const [action, health, processed] = kinds[row.kind];
  const verdict: Verdict = {
    action: row.action ?? action,
    kind: row.kind,
    processed: row.processed ?? processed,
    health: row.health ?? health,
  };
  return retryAfter === undefined || row.hint === false ? verdict : { ...verdict, retryAfter };
}
