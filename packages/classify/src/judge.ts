/** Turns facts into a verdict: an explicit code before a type, a documented message, and the status alone. */
import type { Kind, Verdict } from "@evenkeel/core";
import type { Facts } from "./facts.ts";
import { header } from "./header.ts";
import { retryHint } from "./retry-hint.ts";
import { verdictOf, type Outcome, type OutcomeOf, type Provider, type Row } from "./table.ts";

/** The tables to ask, the most particular first. */
export type Tables = readonly Pick<Provider, "codes" | "texts" | "statuses" | "event">[];

/** Returns the verdict on a failure; `known` is what it is where the caller can tell. */
export function judge(facts: Facts, tables: Tables, now: number, known?: Kind | OutcomeOf): Verdict {
  const status = statusOf(facts);
  const byCode = known ?? byCodes(facts, tables);
  const explicit = typeof byCode === "number" ? undefined : byCode;
  const implied = status ?? (typeof byCode === "number" ? byCode : undefined);
  const outcome = explicit ?? byTexts(facts, tables, implied) ?? byStatus(tables, implied);
  const verdict = verdictOf(outcome, retryHint(facts, now));
  const { kind, retryAfter } = verdict;
  // A bill does not heal by waiting; what says when it ends is a limit, whatever words it is told in.
  if (kind === "billing" && !explicit && retryAfter !== undefined) return verdictOf("rate-limit", retryAfter);
  // Who can say when to come back has refused the work.
  const processed = status === 503 && retryAfter !== undefined ? "no" : verdict.processed;
  return { ...verdict, action: ordered(facts) ?? verdict.action, processed };

  /** The provider's own word on retries is the strongest. */
  function ordered({ headers }: Facts): Verdict["action"] | undefined {
    const order = header(headers[0], "x-should-retry");
    if (order === "true") return "retry";
    return order === "false" && verdict.action === "retry" ? "elsewhere" : undefined;
  }
}

/** Returns what the codes and types say: a number is a status that they stand for. */
export function byCodes(facts: Facts, tables: Tables): Outcome | undefined {
  const status = statusOf(facts);
  let implied: Outcome | undefined;
  for (const word of facts.words) {
    for (const { codes = [] } of tables) {
      const [, outcome] = codes.find((row) => row[0].test(word) && (row.length < 3 || row.includes(status ?? 0))) ?? [];
      if (typeof outcome === "number") implied ??= outcome;
      else if (outcome) return outcome;
    }
  }
  return implied;
}

/** Returns what the messages say, under this status or where none is known. */
export function byTexts({ text }: Facts, tables: Tables, status: number | undefined): Kind | OutcomeOf | undefined {
  const applies = (row: Row): boolean => row.length < 3 || status === undefined || row.includes(status);
  for (const { texts = [] } of tables) {
    const row = texts.find((each) => applies(each) && each[0].test(text));
    if (row) return row[1] as Kind | OutcomeOf;
  }
  return undefined;
}

function byStatus(tables: Tables, status = 500): Kind | OutcomeOf {
  for (const { statuses = {} } of tables) if (statuses[status]) return statuses[status];
  return status < 500 ? "invalid-request" : "server";
}

/** A gateway's own status may hide the one that the body tells. */
function statusOf({ words, status = 0 }: Facts): number | undefined {
  const told = Number(words.find((word) => /^[45]\d\d$/.test(word)) ?? status);
  return told >= 400 ? told : undefined;
}
