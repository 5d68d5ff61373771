/** What each kind of failure implies. */
import type { Action, Health, Kind, Processed, Verdict } from "@evenkeel/core";
import type { OutcomeOf } from "./provider.ts";

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
