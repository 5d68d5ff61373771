/** Runs what measures, and collects what it found. */
import { join } from "node:path";
import { inFreshProcess, toCount, toTime } from "./fresh-process.ts";

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
  readonly script: string;
  readonly args: readonly string[];
}

/** A task with what was found: from the processes that timed it, and from the one that counted bytes. */
export interface Found<T extends Task, Measured> {
  readonly task: T;
  /** Empty where it took too long. */
  readonly timed: readonly Measured[];
  readonly counted: Measured | undefined;
}

/** Measures each task in several processes, in turns: what slows the machine for a while slows all of them. */
export async function inTurns<Measured, T extends Task>(
  lab: Lab,
  tasks: readonly T[],
  processes = lab.processes,
): Promise<Found<T, Measured>[]> {
  const wanted = tasks.filter(({ name }) => lab.wants(name));
  const found = new Map<T, Measured[]>();
  const tooLong = new Set<T>();
  const measure = async (task: T, flags: readonly string[], round: string): Promise<Measured | undefined> => {
    if (tooLong.has(task)) return undefined;
    lab.tell(`${round}: ${task.name}`);
    const measured = await inFreshProcess<Measured>(join(lab.folder, `${task.script}.js`), task.args, flags);
    if (!measured) tooLong.add(task);
    return measured;
  };
  for (let process = 1; process <= processes; process++) {
    for (const task of wanted) {
      const measured = await measure(task, toTime, `${process}/${processes}`);
      if (measured) found.set(task, [...(found.get(task) ?? []), measured]);
    }
  }
  const rows: Found<T, Measured>[] = [];
  for (const task of wanted) {
    rows.push({ task, timed: found.get(task) ?? [], counted: await measure(task, toCount, "bytes") });
  }
  lab.tell("");
  return rows;
}
