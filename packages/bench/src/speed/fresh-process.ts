/** Measures in a process of its own, so that nothing that ran before has any part in it. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** A young generation so large that nothing is collected while allocations are counted. Whoever times keeps to Node's own. */
export const roomy = ["--min-semi-space-size=256", "--max-semi-space-size=256"];

/** A process is stopped after so many milliseconds. */
const longest = 12_000;

/** Runs a script and returns what it has found, or nothing where it took too long. */
export async function inFreshProcess<T>(
  script: string,
  args: readonly string[],
  flags: readonly string[],
): Promise<T | undefined> {
  try {
    const all = ["--expose-gc", ...flags, script, ...args];
    const { stdout } = await promisify(execFile)(process.execPath, all, { timeout: longest });
    return JSON.parse(stdout) as T;
  } catch (error) {
    if (error instanceof Error && "killed" in error && error.killed) return undefined;
    throw error;
  }
}
