/** The beginning: the first calls of a process, and the import before them. */
import { table } from "../gauntlet/table.ts";
import { contenderIds, load } from "./contenders.ts";
import { memory, spread, time } from "./format.ts";
import { inTurns, type Lab, type Task } from "./lab.ts";
import { marked } from "./marked.ts";
import type { ColdMeasurement } from "./measure-cold.ts";
import type { ImportMeasurement } from "./measure-import.ts";
import { median } from "./median.ts";

/** A start happens once in a process, so it takes more of them. */
const processes = 15;

interface Row extends Task {
  readonly contender: string;
  /** Nanoseconds that ours aims at. */
  readonly aim?: number | undefined;
}

const layers = ["core", "timeout", "retry", "circuit-breaker", "rate-limit"].map((name) => `@evenkeel/${name}`);
const imports: readonly { contender: string; specifiers: readonly string[]; aim?: number }[] = [
  { contender: "nothing", specifiers: [] },
  { contender: "evenkeel, all layers", specifiers: layers, aim: 4e6 },
  { contender: "@evenkeel/fetch", specifiers: ["@evenkeel/fetch"], aim: 6e6 },
  ...["cockatiel", "opossum", "p-retry", "ky", "effect"].map((name) => ({ contender: name, specifiers: [name] })),
  { contender: "p-retry, p-timeout and p-limit", specifiers: ["p-retry", "p-timeout", "p-limit"] },
];

/** Measures all that is wanted, and returns both tables. */
export async function startTables(lab: Lab): Promise<string[]> {
  return [...(await coldTable(lab)), ...(await importTable(lab))];
}

async function coldTable(lab: Lab): Promise<string[]> {
  const rows: Row[] = [];
  for (const id of contenderIds) {
    const { name: contender, does } = await load(id);
    const aim = id === "evenkeel" ? 8_000 : undefined;
    if (does.pipeline) rows.push({ contender, name: `Cold: ${contender}`, script: "measure-cold", args: [id], aim });
  }
  const found = (await inTurns<ColdMeasurement, Row>(lab, rows, processes)).toSorted(
    (a, b) => median(a.timed.map(({ next }) => next)) - median(b.timed.map(({ next }) => next)),
  );
  if (found.length === 0) return [];
  const lines = found.map(({ task, timed, counted }) => [
    marked(task.contender),
    ...spread(
      timed.map(({ next }) => next),
      time,
    ),
    task.aim ? time(task.aim) : "",
    time(median(timed.map(({ first }) => first))),
    counted ? memory(counted.bytes) : "",
  ]);
  const head = ["", "calls 2 to 101, each", "of all processes", "aimed at", "first call", "memory a call"];
  return [`### Cold: the pipeline's first calls in a process`, table(head, lines)];
}

async function importTable(lab: Lab): Promise<string[]> {
  const rows = imports.map(({ contender, specifiers, aim }): Row => {
    return { contender, name: `Import: ${contender}`, script: "measure-import", args: specifiers, aim };
  });
  const found = (await inTurns<ImportMeasurement, Row>(lab, rows, processes)).toSorted(
    (a, b) => median(a.timed.map(({ time }) => time)) - median(b.timed.map(({ time }) => time)),
  );
  if (found.length === 0) return [];
  const lines = found.map(({ task, timed, counted }) => [
    marked(task.contender),
    ...spread(
      timed.map(({ time }) => time),
      time,
    ),
    task.aim ? time(task.aim) : "",
    counted ? memory(counted.bytes) : "",
  ]);
  return [`### Import in a fresh process`, table(["", "time", "of all processes", "aimed at", "memory"], lines)];
}
