/** Distributes the simulations over all cores. */
import { fork, type ChildProcess } from "node:child_process";
import { availableParallelism } from "node:os";
import type { Summary } from "./summary.ts";
import type { Task } from "./worker.ts";

/**
 * Runs all tasks, in as many processes as there are cores.
 * @param done Called with each result, in the order in which they finish.
 * @throws {Error} A process exited during a task. Its own error is on stderr.
 */
export async function crew(tasks: readonly Task[], done: (result: Summary) => void): Promise<Summary[]> {
  const waiting = [...tasks];
  const results: Summary[] = [];

  async function work(): Promise<void> {
    // A recovery time may be Infinity, which JSON cannot represent.
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
