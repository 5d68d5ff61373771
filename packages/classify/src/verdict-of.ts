/** What each kind of failure implies. */
import type { Action, Health, Kind, Processed, Verdict } from "@evenkeel/core";
import type { OutcomeOf } from "./provider.ts";

type Defaults = readonly [action: Action, health: Health, processed: Processed];

/** Only another key, model or provider can help, and nobody is ill. */
const elsewhere: Defaults = ["elsewhere", "neutral", "no"];
/** It broke, and nobody knows when. */
const broken: Defaults = ["retry", "failure", "maybe"];

/** What each kind implies, where a row says nothing else. A new connection or answer is worth a try; a bill or a key is not. */
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

/** What the model made is of no use: the work was done, and nobody is ill. */
export const badSample: OutcomeOf = { kind: "malformed", processed: "yes", health: "neutral" };

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
