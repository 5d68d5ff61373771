/** Runs simulations in a separate process, because they replace globals. */
import { contenders } from "./contenders.ts";
import { settings } from "./contenders/settings.ts";
import { play } from "./play.ts";
import { scenarios } from "./scenarios.ts";
import { summary, type Summary } from "./summary.ts";

/** One contender in one scenario. */
export interface Task {
  readonly scenario: string;
  readonly contender: string;
  /** How many processes share the calls. */
  readonly processes: number | undefined;
  /** The number of runs, with seeds from 1 to this. */
  readonly seeds: number;
}

/** Runs a task with all seeds, one after another. */
export async function work(task: Task): Promise<Summary> {
  const named = scenarios.find(({ name }) => name === task.scenario)!;
  const scenario = { ...named, processes: task.processes };
  const contender = [...contenders, ...settings].find(({ name }) => name === task.contender)!;
  const outcomes = [];
  for (let seed = 1; seed <= task.seeds; seed++) outcomes.push(await play(scenario, contender, seed));
  return summary(scenario.name, contender.name, outcomes);
}

process.on("message", (task: Task) => {
  void work(task).then((result) => process.send?.(result));
});
