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

const layers = ["core", "timeout", "retry", "circuit-breaker", "rate-limit"];

/** Each layer is a package of its own, for which Node has to find and read two files. */
const why =
  "Each package can be installed on its own; the row of empty packages shows what Node takes to load as many.";

/** The imports to compare. */
const imports = [
  {
    title: "Import of all layers",
    aim: 4e6,
    why,
    modules: {
      "evenkeel, all layers": layers.map(ours),
      cockatiel: ["cockatiel"],
      "p-retry, p-timeout and p-limit": ["p-retry", "p-timeout", "p-limit"],
      opossum: ["opossum"],
      effect: ["effect"],
      "*as many empty packages*": layers.map(empty),
      "*nothing*": [],
    },
  },
  {
    title: "Import of a fetch",
    aim: 6e6,
    why,
    modules: {
      "@evenkeel/fetch": [ours("fetch")],
      ky: ["ky"],
      "*as many empty packages*": [...layers, "classify", "fetch"].map(empty),
      "*nothing*": [],
    },
  },
];

function ours(name: string): string {
  return `@evenkeel/${name}`;
}

function empty(name: string): string {
  return `empty-${name}`;
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
    const typical = time(median(measured.map((each) => each.median)));
    const first = time(median(measured.map((each) => each.first)));
    const bytes = memory(counted[index]!.measured[0]?.bytes ?? NaN);
    return { contender, times: measured.map(({ next }) => next), more: [typical, first, bytes] };
  });
  const why = "A call that runs in the interpreter takes what the median shows; during some, V8 compiles.";
  const head = ["calls 2 to 101, mean", "of all processes", "their median", "the first call", "memory a call"];
  return tables({ title, aim: 8_000, why }, head, lines);
}

async function importTable(lab: Lab, { modules, ...subject }: (typeof imports)[number]): Promise<Tables> {
  const rows = Object.entries(modules).map(([contender, args]): Row => {
    return { contender, name: `${subject.title}: ${contender}`, args };
  });
  const found = await inTurns<ImportMeasurement, Row>(lab, rows, { script: "measure-import", processes });
  const lines = found.map(({ task: { contender }, measured }) => {
    const bytes = memory(median(measured.map((each) => each.bytes)));
    return { contender, times: measured.map((each) => each.time), more: [bytes] };
  });
  return tables(subject, ["time", "of all processes", "heap"], lines);
}

/** What a table is about, and our target in nanoseconds. */
interface Subject {
  readonly title: string;
  readonly aim: number;
  /** Why ours is slower, if it is. */
  readonly why: string;
}

interface Line {
  readonly contender: string;
  readonly times: readonly number[];
  readonly more: readonly string[];
}

function tables({ title, aim, why }: Subject, head: readonly string[], lines: readonly Line[]): Tables {
  if (lines.length === 0) return { parts: [], standings: [] };
  const sorted = lines.toSorted((a, b) => median(a.times) - median(b.times));
  const cells = sorted.map(({ contender, times, more }) => [marked(contender), ...spread(times, time), ...more]);
  const values = lines
    .filter(({ contender }) => !isFloor(contender))
    .map(({ contender, times }) => ({ contender, value: median(times) }));
  return {
    parts: [`### ${title}`, `Aimed at: ${time(aim)}.`, table(["", ...head], cells)],
    standings: [{ what: title, values, aim, why, format: time }],
  };
}

function isFloor(contender: string): boolean {
  return contender.startsWith("*");
}
