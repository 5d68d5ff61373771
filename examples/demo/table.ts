/** Formats the results of the arms. */
import type { Tally } from "./run-arm.ts";

type Column = readonly [title: string, cell: (tally: Tally) => string];

const columns: readonly Column[] = [
  ["", ({ arm }) => arm.name],
  ["finished", ({ outcomes }) => String(outcomes.finished)],
  ["failed", ({ outcomes }) => String(outcomes.failed)],
  ["stuck", ({ outcomes }) => String(outcomes.stuck)],
  ["wrong or truncated", ({ outcomes }) => String(outcomes.wrong)],
  ["upstream requests per call", (tally) => requestsPerCall(tally).toFixed(2)],
  ["p50", ({ durations }) => milliseconds(quantile(durations, 0.5))],
  ["p95", ({ durations }) => milliseconds(quantile(durations, 0.95))],
  ["p99", ({ durations }) => milliseconds(quantile(durations, 0.99))],
];

/** Returns the results as a Markdown table. */
export function table(tallies: readonly Tally[]): string {
  const rows = [columns.map(([title]) => title), ...tallies.map((tally) => columns.map(([, cell]) => cell(tally)))];
  const widths = columns.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) => {
    const cells = row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)));
    return `| ${cells.join(" | ")} |`;
  });
  const rule = `| ${widths.map((width, column) => (column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)).join(" | ")} |`;
  return [lines[0], rule, ...lines.slice(1)].join("\n");
}

/** Returns how many requests arrived at the provider for each call. */
export function requestsPerCall({ arrived, durations }: Tally): number {
  return arrived / durations.length;
}

/** Returns the smallest value that is >= this share of the values. */
function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)]!;
}

function milliseconds(value: number): string {
  return `${Math.round(value)} ms`;
}
