/** Formats results as Markdown tables that are also readable in a terminal. */
import type { Estimate, Summary } from "./summary.ts";
import { isComparable } from "./verdict.ts";

/** Returns a table with aligned columns. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join(" | ")} |`;
  const rule = widths.map((width, column) => (column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`));
  return [line(head), line(rule), ...rows.map(line)].join("\n");
}

/** Returns the table of one scenario, without columns that are empty for all contenders. */
export function outcomeTable(summaries: readonly Summary[], nameOf: (contender: string) => string): string {
  const columns: readonly (readonly [title: string, cell: (summary: Summary) => string])[] = [
    ["contender", ({ contender }) => nameOf(contender)],
    ["goodput %", ({ goodput }) => percent(goodput)],
    ["requests per call", ({ load }) => plusMinus(load, 3)],
    ["the same in trouble", ({ loadInTrouble }) => (loadInTrouble ? loadInTrouble.mean.toFixed(3) : "")],
    ["p50 s", ({ p50 }) => p50.toFixed(2)],
    ["p99 s", ({ p99 }) => p99.toFixed(2)],
    ["wasted answers per 1,000 calls", ({ wasted }) => wasted.mean.toFixed(1)],
    [
      "recovery s",
      ({ recovery }) => (recovery === undefined ? "" : recovery === Infinity ? "never" : recovery.toFixed(1)),
    ],
    ["collapsed", ({ collapsed, runs }) => `${collapsed}/${runs}`],
  ];
  const shown = columns.filter(([, cell]) => summaries.some((summary) => cell(summary) !== ""));
  return table(
    shown.map(([title]) => title),
    summaries.map((summary) => shown.map(([, cell]) => cell(summary))),
  );
}

/** Returns the goodput of each contender in each scenario, in italics where it came at the provider's expense. */
export function goodputTable(summaries: readonly Summary[], nameOf: (contender: string) => string): string {
  const scenarios = [...new Set(summaries.map(({ scenario }) => scenario))];
  const contenders = [...new Set(summaries.map(({ contender }) => contender))];
  const rows = contenders.map((contender) => [
    nameOf(contender),
    ...scenarios.map((scenario) => {
      const found = summaries.find((each) => each.scenario === scenario && each.contender === contender);
      const share = found ? (100 * found.goodput.mean).toFixed(1) : "";
      return found && !isComparable(found) ? `*${share}*` : share;
    }),
  ]);
  return table(["goodput %", ...scenarios], rows);
}

/** Formats a share in percent, with its standard error. */
function percent({ mean, error }: Estimate): string {
  return plusMinus({ mean: 100 * mean, error: 100 * error }, 1);
}

function plusMinus({ mean, error }: Estimate, digits: number): string {
  return `${mean.toFixed(digits)} ± ${error.toFixed(digits)}`;
}
