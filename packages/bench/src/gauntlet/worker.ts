/** Plays in a process of its own, where replaced globals disturb nobody. */
import { contenders } from "./contenders.ts";
import { settings } from "./contenders/settings.ts";
import { play } from "./play.ts";
import { scenarios } from "./scenarios.ts";
import { summary, type Summary } from "./summary.ts";

/** One contender in one scenario. */
export interface Task {
  readonly scenario: string;
  readonly contender: string;
  /** How many runs there are, with the seeds 1 to so many. */
  readonly seeds: number;
}

/** Plays all runs of a task, one after another. */
export async function work(task: Task): Promise<Summary> {
  const scenario = scenarios.find(({ name }) => name === task.scenario)!;
  const contender = [...contenders, ...settings].find(({ name }) => name === task.contender)!;
  const outcomes = [];
  for (let seed = 1; seed <= task.seeds; seed++) outcomes.push(await play(scenario, contender, seed));
  return summary(scenario.name, contender.name, outcomes);
}

process.on("message", (task: Task) => {
  void work(task).then((result) => process.send?.(result));
});
