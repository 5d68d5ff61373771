/** Turns facts into a verdict: codes go before types, types before documented messages, these before the status. */
import type { Action, Kind, Verdict } from "@evenkeel/core";
import { toldStatus, type Facts } from "./facts.ts";
import { header } from "./header.ts";
import type { Outcome, OutcomeOf, Provider, Row } from "./provider.ts";
import { retryHint } from "./retry-hint.ts";
import { verdictOf } from "./verdict-of.ts";

type Explicit = Kind | OutcomeOf;

/** Returns the verdict on a failure. Of the tables, the most particular comes first; `known` is what the caller has seen. */
export function judge(gathered: Facts, tables: readonly Provider[], known?: Explicit): Verdict {
  const facts = heard(gathered, tables);
  const status = statusOf(facts) ?? impliedStatus(facts, tables);
  // The type of what a fetch of this toolkit answers an SDK with where it refused a call.
  const told = facts.words.includes("evenkeel_refusal") ? "refused" : known;
  const { outcome, isCode } = told ? { outcome: told, isCode: true } : lookUp(facts, tables, status);
  const hint = retryHint(facts);
  // A bill does not heal by waiting: what says when it ends is a limit, whatever words it is told in.
  const isLimit = outcome === "billing" && !isCode && hint !== undefined;
  const verdict = verdictOf(isLimit ? "rate-limit" : outcome, hint);
  // Who can say when to come back has refused the work.
  const isRefused = status === 503 && verdict.retryAfter !== undefined;
  return {
    ...verdict,
    action: ordered(facts, verdict.action),
    processed: isRefused ? "no" : verdict.processed,
  };
}

/** Tells whether anything in the facts means something, for an error that came without a status. */
export function isKnown(gathered: Facts, tables: readonly Provider[]): boolean {
  const facts = heard(gathered, tables);
  return hasMeaning(facts, tables) || tables.some((table) => byText(facts, table));
}

/** Tells whether a code in the facts means one thing wherever it stands. */
export function isExplicit(gathered: Facts, tables: readonly Provider[]): boolean {
  const facts = heard(gathered, tables);
  return tables.some((table) => byCode(facts, table));
}

/** Adds what is quoted, where the answer itself says nothing that means something. */
function heard(facts: Facts, tables: readonly Provider[]): Facts {
  const { words, quoted } = facts;
  if (!quoted || hasMeaning(facts, tables)) return facts;
  return { ...facts, words: [...words, ...quoted], status: toldStatus([...words, ...quoted]) ?? facts.status };
}

function lookUp(facts: Facts, tables: readonly Provider[], status?: number): { outcome: Explicit; isCode: boolean } {
  for (const table of tables) {
    const code = byCode(facts, table);
    const outcome = code ?? byText(facts, table, status);
    if (outcome) return { outcome, isCode: code !== undefined };
  }
  return { outcome: byStatus(tables, status), isCode: false };
}

function byCode(facts: Facts, table: Provider): Explicit | undefined {
  return meanings(facts, table).find((outcome) => typeof outcome !== "number");
}

function impliedStatus(facts: Facts, tables: readonly Provider[]): number | undefined {
  return tables.flatMap((table) => meanings(facts, table)).find((outcome) => typeof outcome === "number");
}

function hasMeaning(facts: Facts, tables: readonly Provider[]): boolean {
  return tables.some((table) => meanings(facts, table).length > 0);
}

function meanings(facts: Facts, { codes = [] }: Provider): Outcome[] {
  const status = statusOf(facts) ?? 0;
  return facts.words.flatMap((word) => codes.find((row) => row[0].test(word) && holds(row, status))?.[1] ?? []);
}

function byText({ text }: Facts, { texts = [] }: Provider, status?: number): Explicit | undefined {
  return texts.find((row) => (status === undefined || holds(row, status)) && row[0].test(text))?.[1];
}

function byStatus(tables: readonly Provider[], status = 500): Explicit {
  const outcome = tables.map(({ statuses }) => statuses?.[status]).find(Boolean);
  return outcome ?? (status < 500 ? "invalid-request" : "server");
}

function holds([, , ...statuses]: Row, status: number): boolean {
  return statuses.length === 0 || statuses.includes(status);
}

/** Below 400 a status says nothing of a failure. */
function statusOf({ status = 0 }: Facts): number | undefined {
  return status >= 400 ? status : undefined;
}

/** The provider's own word on retries is the strongest. */
function ordered({ headers }: Facts, action: Action): Action {
  const order = header(headers[0], "x-should-retry");
  if (order === "true") return "retry";
  return order === "false" && action === "retry" ? "elsewhere" : action;
}
