/** Runs what measures, and collects what it found. */
import { join } from "node:path";
import { inFreshProcess } from "./fresh-process.ts";

/** What the command line asks for, and where the packages lie. */
export interface Lab {
  readonly folder: string;
  /** How many processes time each row. */
  readonly processes: number;
  /** Whether a row of this name is asked for. */
  wants(name: string): boolean;
  /** Tells what is being done. */
  tell(progress: string): void;
}

/** One row that is to be measured. */
export interface Task {
  readonly name: string;
  readonly args: readonly string[];
  /** The same, but less of it: where that takes too long, this is not tried. */
  readonly lesser?: Task | undefined;
}

/** A task, and what each process found; nothing where it took too long. */
export interface Found<T extends Task, Measured> {
  readonly task: T;
  readonly measured: readonly Measured[];
}

/** How it is measured. */
interface Way {
  readonly script: string;
  /** @default the lab's */
  readonly processes?: number;
  /** What Node is started with. @default nothing that changes how it runs */
  readonly flags?: readonly string[];
}

/** Measures each task that is wanted in several processes, in turns: what slows the machine for a while slows all of them. */
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
