/** One call after another: every operation by everybody. */
import { table } from "../gauntlet/table.ts";
import { contenderIds, load } from "./contenders.ts";
import { memory, spread, time, times } from "./format.ts";
import { inTurns, type Found, type Lab, type Task } from "./lab.ts";
import type { Measurement } from "./measure-operation.ts";
import { median } from "./median.ts";
import { operationIds, operations, type OperationId } from "./operations.ts";
import { marked } from "./marked.ts";

interface Row extends Task {
  readonly operation: OperationId;
  readonly contender: string;
}

/** Measures all that is wanted, and returns a table for each operation under its subject's heading. */
export async function operationTables(lab: Lab): Promise<string[]> {
  const rows: Row[] = [];
  for (const id of contenderIds) {
    const { name: contender, does } = await load(id);
    for (const operation of operationIds) {
      const { subject, title } = operations[operation];
      const name = `${subject}, ${title}: ${contender}`;
      if (does[operation])
        rows.push({ operation, contender, name, script: "measure-operation", args: [id, operation] });
    }
  }
  const found = await inTurns<Measurement, Row>(lab, rows);
  return operationIds.flatMap((id) => {
    const own = found.filter(({ task }) => task.operation === id);
    return own.length === 0 ? [] : [headingOf(id, found), captionOf(id), tableOf(own)];
  });
}

/** Stands before the first operation of a subject. */
function headingOf(id: OperationId, found: readonly Found<Row, Measurement>[]): string {
  const { subject } = operations[id];
  const first = operationIds.find((each) => {
    return operations[each].subject === subject && found.some(({ task }) => task.operation === each);
  });
  return first === id ? `### ${subject}` : "";
}

function captionOf(id: OperationId): string {
  const { title, ratio, time: nanoseconds, bytes } = operations[id];
  const aims = [
    ratio && `${times(ratio)} times the floor`,
    nanoseconds && time(nanoseconds),
    bytes && memory(bytes),
  ].filter(Boolean);
  return `**${title[0]!.toUpperCase()}${title.slice(1)}**${aims.length > 0 ? `; aimed at: ${aims.join(", ")}` : ""}`;
}

function tableOf(rows: readonly Found<Row, Measurement>[]): string {
  const measured = rows.filter(({ timed }) => timed.length > 0);
  const all = (field: keyof Measurement): number[] => measured.flatMap(({ timed }) => timed.map((each) => each[field]));
  const floorBytes = measured.flatMap(({ counted }) => counted?.floorBytes ?? []);
  const floor = [
    "*the floor*",
    "1",
    "",
    times(median(all("floorToFloor"))),
    time(median(all("floorTime"))),
    memory(median(floorBytes)),
  ];
  const lines = measured
    .map(({ task, timed, counted }) => ({ task, timed, counted, ratio: median(timed.map(({ ratio }) => ratio)) }))
    .toSorted((a, b) => a.ratio - b.ratio)
    .map(({ task, timed, counted }) => [
      marked(task.contender),
      ...spread(
        timed.map(({ ratio }) => ratio),
        times,
      ),
      times(median(timed.map(({ floorToFloor }) => floorToFloor))),
      time(median(timed.map(({ time }) => time))),
      counted ? memory(counted.bytes) : "",
    ]);
  const late = rows
    .filter(({ timed }) => timed.length === 0)
    .map(({ task }) => [marked(task.contender), "took too long", "", "", "", ""]);
  return table(
    ["", "to the floor", "of all processes", "floor to itself", "time", "memory"],
    [floor, ...lines, ...late],
  );
}
