/** Runs each measurement in a new process, so that earlier ones cannot influence it. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** A young generation that is too large to be collected while allocations are counted. Not used for timing. */
export const roomy = ["--min-semi-space-size=256", "--max-semi-space-size=256"];

/**
 * Runs a script and returns its result, or `undefined` if it takes too long.
 * @param longest The longest time that the process may take, in ms.
 */
export async function inFreshProcess<T>(
  script: string,
  args: readonly string[],
  flags: readonly string[],
  longest = 12_000,
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
