/** The tables of many concurrent calls: waiting for a permit, or pending under a timeout. */
import { table } from "../gauntlet/table.ts";
import { contenderIds, load } from "./contenders.ts";
import { crowdIds, crowds, type CrowdId } from "./crowds.ts";
import { memory, spread, time } from "./format.ts";
import { inTurns, type Found, type Lab, type Task } from "./lab.ts";
import { marked } from "./marked.ts";
import type { CrowdMeasurement } from "./measure-crowd.ts";
import { median } from "../median.ts";
import type { Standing, Tables } from "./standing.ts";

interface Row extends Task {
  readonly crowd: CrowdId;
  readonly contender: string;
  readonly size: number;
}

/** Measures the selected rows, and returns a table for each kind of crowd. */
export async function crowdTables(lab: Lab): Promise<Tables> {
  const rows: Row[] = [];
  for (const crowd of crowdIds) {
    for (const id of contenderIds) {
      const { name: contender, crowds: own } = await load(id);
      if (!own?.[crowd]) continue;
      const { subject, title, sizes } = crowds[crowd];
      let lesser: Row | undefined;
      for (const size of sizes) {
        const name = `${subject}, ${title}, ${size}: ${contender}`;
        rows.push((lesser = { crowd, contender, size, name, args: [id, crowd, String(size)], lesser }));
      }
    }
  }
  const found = await inTurns<CrowdMeasurement, Row>(lab, rows, { script: "measure-crowd" });
  const shown = crowdIds.filter((id) => found.some(({ task }) => task.crowd === id));
  const of = (id: CrowdId): Found<Row, CrowdMeasurement>[] => found.filter(({ task }) => task.crowd === id);
  const parts = shown.flatMap((id) => {
    const { subject, title, time: nanoseconds, bytes } = crowds[id];
    const aims = [`${time(nanoseconds)} a call`, bytes && `${memory(bytes)} held`].filter(Boolean).join(", ");
    return [`### ${subject}: ${title}`, `Aimed at: ${aims}.`, tableOf(of(id))];
  });
  return { parts, standings: shown.flatMap((id) => standingsOf(id, of(id))) };
}

function standingsOf(id: CrowdId, rows: readonly Found<Row, CrowdMeasurement>[]): Standing[] {
  const { subject, title, sizes, time: aim, bytes, why } = crowds[id];
  return sizes.flatMap((size) => {
    const what = `${subject}, ${title}, ${size.toLocaleString("en-US")} calls`;
    const own = rows.filter(({ task, measured }) => {
      return task.size === size && measured.length > 0 && task.contender !== "bare";
    });
    const values = (valueOf: (row: Found<Row, CrowdMeasurement>) => number): Standing["values"] =>
      own.map((row) => ({ contender: row.task.contender, value: valueOf(row) }));
    const held = values(({ measured }) => median(measured.map((each) => each.bytes)));
    const speed = { what, values: values(total), aim, why, format: time };
    return bytes ? [speed, { what, values: held, aim: bytes, why, format: memory }] : [speed];
  });
}

function tableOf(rows: readonly Found<Row, CrowdMeasurement>[]): string {
  const lines = rows
    .toSorted((a, b) => a.task.size - b.task.size || total(a) - total(b))
    .map((row) => {
      const { task, measured } = row;
      const who = [marked(task.contender), task.size.toLocaleString("en-US")];
      const last = measured.at(-1);
      if (!last) return [...who, "took too long", "", "", "", "", ""];
      const middle = (field: keyof CrowdMeasurement): number => median(measured.map((each) => each[field]));
      const left = `${memory(Math.max(0, middle("bytesLeft")))}, ${last.timersLeft} timers`;
      return [
        ...who,
        ...spread(
          measured.map(({ start, settle }) => start + settle),
          time,
        ),
        time(middle("start")),
        time(middle("settle")),
        memory(middle("bytes")),
        left,
      ];
    });
  return table(["", "calls", "a call", "of all processes", "start", "settle", "held", "left after"], lines);
}

/** Sorts rows that took too long last. */
function total({ measured }: Found<Row, CrowdMeasurement>): number {
  return measured.length === 0 ? Infinity : median(measured.map(({ start, settle }) => start + settle));
}
