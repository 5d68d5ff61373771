/** Spreads the work over the processor's cores. */
import { fork, type ChildProcess } from "node:child_process";
import { availableParallelism } from "node:os";
import type { Summary } from "./summary.ts";
import type { Task } from "./worker.ts";

/**
 * Has all tasks done, by as many processes as there are cores.
 * @param done Hears of each result as it comes, in no order.
 * @throws {Error} A process ended over a task; what it had to say stands on the standard error.
 */
export async function crew(tasks: readonly Task[], done: (result: Summary) => void): Promise<Summary[]> {
  const waiting = [...tasks];
  const results: Summary[] = [];

  async function work(): Promise<void> {
    // A recovery may be infinite, which JSON cannot say.
    const worker = fork(new URL("./worker.ts", import.meta.url), { serialization: "advanced" });
    try {
      for (let task = waiting.shift(); task; task = waiting.shift()) {
        const result = await assign(worker, task);
        results.push(result);
        done(result);
      }
    } finally {
      waiting.length = 0;
      worker.disconnect();
    }
  }

  await Promise.all(Array.from({ length: Math.min(tasks.length, availableParallelism()) }, work));
  return results;
}

function assign(worker: ChildProcess, task: Task): Promise<Summary> {
  return new Promise((resolve, reject) => {
    const fail = (): void => reject(new Error(`${task.contender} broke the simulation of "${task.scenario}"`));
    worker.once("exit", fail);
    worker.once("message", (result: Summary) => {
      worker.off("exit", fail);
      resolve(result);
    });
    worker.send(task);
  });
}
