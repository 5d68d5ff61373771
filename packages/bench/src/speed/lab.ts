/** Runs measurements, and collects their results. */
import { join } from "node:path";
import { inFreshProcess } from "./fresh-process.ts";

/** The command-line options, and the folder with the packages. */
export interface Lab {
  readonly folder: string;
  /** How many processes measure each row. */
  readonly processes: number;
  /** Tells whether the row of this name is selected. */
  wants(name: string): boolean;
  /** Shows the progress. */
  tell(progress: string): void;
}

/** One row to measure. */
export interface Task {
  readonly name: string;
  readonly args: readonly string[];
  /** A smaller task of the same kind. If that takes too long, this one is skipped. */
  readonly lesser?: Task | undefined;
}

/** A task, and the results of its processes, except those that took too long. */
export interface Found<T extends Task, Measured> {
  readonly task: T;
  readonly measured: readonly Measured[];
}

/** How to measure. */
interface Way {
  readonly script: string;
  /** @default the lab's */
  readonly processes?: number;
  /** Additional flags for Node. @default none */
  readonly flags?: readonly string[];
}

/** Measures the selected tasks in several processes, in turns, so that a temporary slowdown of the machine affects all of them. */
export async function inTurns<Measured, T extends Task>(
  lab: Lab,
  tasks: readonly T[],
  { script, processes = lab.processes, flags = [] }: Way,
): Promise<Found<T, Measured>[]> {
  const rows = tasks.filter(({ name }) => lab.wants(name)).map((task) => ({ task, measured: [] as Measured[] }));
  const late = new Set<Task | undefined>();
  for (let process = 1; process <= processes; process++) {
    for (const { task, measured } of rows) {
      if (late.has(task.lesser)) late.add(task);
      if (late.has(task)) continue;
      lab.tell(`${script} ${process}/${processes}: ${task.name}`);
      const found = await inFreshProcess<Measured>(join(lab.folder, `${script}.js`), task.args, flags);
      if (found) measured.push(found);
      else late.add(task);
    }
  }
  lab.tell("");
  return rows;
}
