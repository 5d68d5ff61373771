/** The tables of the startup: imports, and the first calls of a process. */
import { table } from "../gauntlet/table.ts";
import { contenderIds, load } from "./contenders.ts";
import { memory, spread, time } from "./format.ts";
import { roomy } from "./fresh-process.ts";
import { inTurns, type Lab, type Task } from "./lab.ts";
import { marked } from "./marked.ts";
import type { ColdMeasurement } from "./measure-cold.ts";
import type { ImportMeasurement } from "./measure-import.ts";
import { median } from "../median.ts";
import type { Tables } from "./standing.ts";

/** Each process starts once, so more of them are needed. */
const processes = 11;

interface Row extends Task {
  readonly contender: string;
}

/** The imports to compare, and our targets in nanoseconds. */
const imports = [
  {
    title: "Import of all layers",
    aim: 4e6,
    modules: {
      "evenkeel, all layers": ["core", "timeout", "retry", "circuit-breaker", "rate-limit"].map(ours),
      cockatiel: ["cockatiel"],
      "p-retry, p-timeout and p-limit": ["p-retry", "p-timeout", "p-limit"],
      opossum: ["opossum"],
      effect: ["effect"],
      "*nothing*": [],
    },
  },
  {
    title: "Import of a fetch",
    aim: 6e6,
    modules: { "@evenkeel/fetch": [ours("fetch")], ky: ["ky"], "*nothing*": [] },
  },
];

function ours(name: string): string {
  return `@evenkeel/${name}`;
}

/** Measures the selected rows, and returns a table of each kind. */
export async function startTables(lab: Lab): Promise<Tables> {
  const found = [await coldTable(lab)];
  for (const each of imports) found.push(await importTable(lab, each));
  return { parts: found.flatMap(({ parts }) => parts), standings: found.flatMap(({ standings }) => standings) };
}

async function coldTable(lab: Lab): Promise<Tables> {
  const title = "The pipeline's first calls in a process";
  const rows: Row[] = [];
  for (const id of contenderIds) {
    const { name: contender, does } = await load(id);
    if (does.pipeline) rows.push({ contender, name: `${title}: ${contender}`, args: [id] });
  }
  const script = "measure-cold";
  const timed = await inTurns<ColdMeasurement, Row>(lab, rows, { script, processes });
  const counted = await inTurns<ColdMeasurement, Row>(lab, rows, { script, processes: 1, flags: roomy });
  const lines = timed.map(({ task: { contender }, measured }, index) => {
    const first = time(median(measured.map((each) => each.first)));
    const bytes = memory(counted[index]!.measured[0]?.bytes ?? NaN);
    return { contender, times: measured.map(({ next }) => next), more: [first, bytes] };
  });
  return tables(title, 8_000, ["calls 2 to 101, each", "of all processes", "the first call", "memory a call"], lines);
}

async function importTable(lab: Lab, { title, aim, modules }: (typeof imports)[number]): Promise<Tables> {
  const rows = Object.entries(modules).map(([contender, args]): Row => {
    return { contender, name: `${title}: ${contender}`, args };
  });
  const found = await inTurns<ImportMeasurement, Row>(lab, rows, { script: "measure-import", processes });
  const lines = found.map(({ task: { contender }, measured }) => {
    const bytes = memory(median(measured.map((each) => each.bytes)));
    return { contender, times: measured.map((each) => each.time), more: [bytes] };
  });
  return tables(title, aim, ["time", "of all processes", "heap"], lines);
}

interface Line {
  readonly contender: string;
  readonly times: readonly number[];
  readonly more: readonly string[];
}

function tables(title: string, aim: number, head: readonly string[], lines: readonly Line[]): Tables {
  if (lines.length === 0) return { parts: [], standings: [] };
  const sorted = lines.toSorted((a, b) => median(a.times) - median(b.times));
  const cells = sorted.map(({ contender, times, more }) => [marked(contender), ...spread(times, time), ...more]);
  const values = lines
    .filter(({ contender }) => contender !== "*nothing*")
    .map(({ contender, times }) => ({ contender, value: median(times) }));
  return {
    parts: [`### ${title}`, `Aimed at: ${time(aim)}.`, table(["", ...head], cells)],
    standings: [{ what: title, values, aim, format: time }],
  };
}
