/** Looks up what a text means in a table. */
import type { Outcome, Row } from "./provider.ts";

/** Returns the outcome of the first row that matches. Without a status, rows apply whatever statuses they are limited to. */
export function firstMatch<O extends Outcome>(rows: readonly Row<O>[], text: string, status?: number): O | undefined {
  return rows.find((row) => appliesUnder(row, status) && row[0].test(text))?.[1];
}

function appliesUnder(row: Row, status?: number): boolean {
  return status === undefined || row.length === 2 || row.includes(status, 2);
}
