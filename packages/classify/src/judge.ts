/** Turns facts into a verdict. In order of precedence: codes, types, documented messages, the status. */
import type { Action, Kind, Verdict } from "@evenkeel/core";
import { statusIn, type Facts } from "./facts.ts";
import { firstMatch } from "./first-match.ts";
import { header } from "./header.ts";
import type { Outcome, OutcomeOf, Provider } from "./provider.ts";
import { retryHint } from "./retry-hint.ts";
import { verdictOf } from "./verdict-of.ts";

/** Anything but a status, which only implies an outcome. */
type Explicit = Kind | OutcomeOf;

/**
 * Returns the verdict on a failure.
 * @param tables The provider's own first, the generic one last.
 * @param known The outcome, if the caller has already determined it.
 */
export function judge(gathered: Facts, tables: readonly Provider[], known?: Explicit): Verdict {
  const facts = withQuoted(gathered, tables);
  const status = statusOf(facts) ?? impliedStatus(facts, tables);
  // The error type in the response that a fetch of this toolkit gives an SDK when it refuses a call.
  const decided = facts.codes.includes("evenkeel_refusal") ? "refused" : known;
  const outcome = decided ?? lookUp(facts, tables, status);
  const hint = retryHint(facts);
  // Waiting does not pay a bill. A message or status about billing that comes with a wait is about a rate limit.
  const isLimit = outcome === "billing" && outcome !== (decided ?? byCode(facts, tables)) && hint !== undefined;
  const verdict = verdictOf(isLimit ? "rate-limit" : outcome, hint);
  // A 503 that says when to come back was sent before any work was done.
  const isRefused = status === 503 && verdict.retryAfter !== undefined;
  return {
    ...verdict,
    action: actionOf(facts, verdict.action),
    processed: isRefused ? "no" : verdict.processed,
  };
}

/** Tells whether the tables know anything in the facts, for an error without a status. */
export function isKnown(gathered: Facts, tables: readonly Provider[]): boolean {
  const facts = withQuoted(gathered, tables);
  return meanings(facts, tables).length > 0 || tables.some((table) => byText(facts, table));
}

/** Tells whether one of the codes has an outcome of its own, which needs no status. */
export function isExplicit(gathered: Facts, tables: readonly Provider[]): boolean {
  return byCode(withQuoted(gathered, tables), tables) !== undefined;
}

/** Adds the quoted codes if the failure's own are all unknown. */
function withQuoted(facts: Facts, tables: readonly Provider[]): Facts {
  const { quotedCodes } = facts;
  if (!quotedCodes || meanings(facts, tables).length > 0) return facts;
  const codes = [...facts.codes, ...quotedCodes];
  return { ...facts, codes, status: statusIn(codes) ?? facts.status };
}

function lookUp(facts: Facts, tables: readonly Provider[], status?: number): Explicit {
  for (const table of tables) {
    const code = byCode(facts, [table]);
    const text = byText(facts, table, status);
    // Some APIs send each 429 as a rate limit, and only the message tells that it is a bill or a quota.
    const outcome = code === "rate-limit" && (text === "billing" || text === "quota") ? text : (code ?? text);
    if (outcome) return outcome;
  }
  return byStatus(tables, status);
}

function byCode(facts: Facts, tables: readonly Provider[]): Explicit | undefined {
  return meanings(facts, tables).find((outcome) => typeof outcome !== "number");
}

function impliedStatus(facts: Facts, tables: readonly Provider[]): number | undefined {
  return meanings(facts, tables).find((outcome) => typeof outcome === "number");
}

/** Returns what the codes mean, first by the first table. Without a status, no row applies that is limited to some. */
function meanings(facts: Facts, tables: readonly Provider[]): Outcome[] {
  const status = statusOf(facts) ?? 0;
  return tables.flatMap(({ codes = [] }) => facts.codes.flatMap((code) => firstMatch(codes, code, status) ?? []));
}

function byText({ text }: Facts, { texts = [] }: Provider, status?: number): Explicit | undefined {
  return firstMatch(texts, text, status);
}

function byStatus(tables: readonly Provider[], status = 500): Explicit {
  const outcome = tables.map(({ statuses }) => statuses?.[status]).find(Boolean);
  return outcome ?? (status < 500 ? "invalid-request" : "server");
}

/** A status below 400 says nothing about a failure. */
function statusOf({ status = 0 }: Facts): number | undefined {
  return status >= 400 ? status : undefined;
}

/** Lets the provider's own header on retries override the action. */
function actionOf({ headers }: Facts, action: Action): Action {
  const order = header(headers[0], "x-should-retry");
  if (order === "true") return "retry";
  return order === "false" && action === "retry" ? "elsewhere" : action;
}
