/** The tables of sequential calls: all operations of all contenders. */
import { table } from "../gauntlet/table.ts";
import { contenderIds, load } from "./contenders.ts";
import { memory, spread, time, times } from "./format.ts";
import { roomy } from "./fresh-process.ts";
import { inTurns, type Lab, type Task } from "./lab.ts";
import { marked } from "./marked.ts";
import type { MemoryMeasurement } from "./measure-memory.ts";
import type { Measurement } from "./measure-operation.ts";
import { median } from "../median.ts";
import { operationIds, operations, type OperationId } from "./operations.ts";
import type { Standing, Tables } from "./standing.ts";

interface Row extends Task {
  readonly operation: OperationId;
  readonly contender: string;
}

interface Line extends Row {
  readonly timed: readonly Measurement[];
  /** `undefined` if it took too long. */
  readonly counted: MemoryMeasurement | undefined;
}

/** Measures the selected rows, and returns a table for each operation, with headings for the subjects. */
export async function operationTables(lab: Lab): Promise<Tables> {
  const rows: Row[] = [];
  for (const id of contenderIds) {
    const { name: contender, does } = await load(id);
    for (const operation of operationIds) {
      const { subject, title } = operations[operation];
      if (does[operation])
        rows.push({ operation, contender, name: `${subject}, ${title}: ${contender}`, args: [id, operation] });
    }
  }
  const timed = await inTurns<Measurement, Row>(lab, rows, { script: "measure-operation" });
  const counted = await inTurns<MemoryMeasurement, Row>(lab, rows, {
    script: "measure-memory",
    processes: 1,
    flags: roomy,
  });
  const lines = timed.map(({ task, measured }, index) => {
    return { ...task, timed: measured, counted: counted[index]!.measured[0] };
  });
  const shown = operationIds.filter((id) => lines.some(({ operation }) => operation === id));
  const of = (id: OperationId): Line[] => lines.filter(({ operation }) => operation === id);
  const parts = shown.flatMap((id, index) => {
    const { subject } = operations[id];
    const last = shown[index - 1];
    const heading = last && operations[last].subject === subject ? [] : [`### ${subject}`];
    return [...heading, captionOf(id), tableOf(of(id))];
  });
  return { parts, standings: shown.flatMap((id) => standingsOf(id, of(id))) };
}

function standingsOf(id: OperationId, lines: readonly Line[]): Standing[] {
  const { subject, title, ratio, time: nanoseconds, bytes, why } = operations[id];
  const what = `${subject}, ${title}`;
  const timed = lines.filter((line) => line.timed.length > 0);
  const values = (valueOf: (line: Line) => number): Standing["values"] =>
    timed.map((line) => ({ contender: line.contender, value: valueOf(line) }));
  const speed = nanoseconds
    ? { what, values: values(timeOf), aim: nanoseconds, why, format: time }
    : { what, values: values(ratioOf), aim: ratio, why, format: times };
  const counted = values((line) => line.counted?.own ?? Infinity);
  return bytes ? [speed, { what, values: counted, aim: bytes, why, format: memory }] : [speed];
}

function captionOf(id: OperationId): string {
  const { title, ratio, time: nanoseconds, bytes } = operations[id];
  const aims = [ratio && `${ratio} times the floor`, nanoseconds && time(nanoseconds), bytes && memory(bytes)];
  const told = aims.filter(Boolean).join(", ");
  return `**${title[0]!.toUpperCase()}${title.slice(1)}**${told && `; aimed at: ${told}`}`;
}

function tableOf(lines: readonly Line[]): string {
  const own = lines
    .toSorted((a, b) => ratioOf(a) - ratioOf(b))
    .map(({ contender, timed, counted }) => {
      if (timed.length === 0) return [marked(contender), "took too long", "", "", "", ""];
      return [
        marked(contender),
        ...spread(
          timed.map(({ ratio }) => ratio),
          times,
        ),
        times(median(timed.map(({ floorToFloor }) => floorToFloor))),
        time(timeOf({ timed })),
        counted ? memory(counted.own) : "",
      ];
    });
  const all = lines.flatMap(({ timed }) => timed);
  const floor = [
    "*the floor*",
    "1",
    "",
    times(median(all.map(({ floorToFloor }) => floorToFloor))),
    time(median(all.map(({ floorTime }) => floorTime))),
    memory(median(lines.flatMap(({ counted }) => counted?.floor ?? []))),
  ];
  return table(["", "to the floor", "of all processes", "floor to itself", "time", "memory"], [floor, ...own]);
}

/** Sorts rows that took too long last. */
function ratioOf({ timed }: Pick<Line, "timed">): number {
  return timed.length === 0 ? Infinity : median(timed.map(({ ratio }) => ratio));
}

function timeOf({ timed }: Pick<Line, "timed">): number {
  return median(timed.map(({ time }) => time));
}
