/** Measures in a process of its own, so that nothing that ran before has any part in it. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** How a process is started: to time with Node's own settings, to count bytes with a heap from which nothing need be collected. */
export const toTime = ["--expose-gc"];
export const toCount = ["--expose-gc", "--min-semi-space-size=256", "--max-semi-space-size=256"];

/** A process is stopped after so many milliseconds. */
const longest = 15_000;

/** Runs a script and returns what it has found, or nothing where it took too long. */
export async function inFreshProcess<T>(
  script: string,
  args: readonly string[],
  flags: readonly string[] = toTime,
): Promise<T | undefined> {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [...flags, script, ...args], { timeout: longest });
    return JSON.parse(stdout) as T;
  } catch (error) {
    if (error instanceof Error && "killed" in error && error.killed) return undefined;
    throw error;
  }
}
