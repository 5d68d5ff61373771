/** Leaves for the whole check how many rows of a table are as they should be. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const reports = join(import.meta.dirname, "..", "reports");

/** Writes `reports/NAME.json`, in the words in which vitest counts its tests. */
export function writeCount(name: string, passed: number, rows: readonly unknown[]): void {
  mkdirSync(reports, { recursive: true });
  const count = { numPassedTests: passed, numFailedTests: rows.length - passed, rows };
  writeFileSync(join(reports, `${name}.json`), JSON.stringify(count, null, 2));
}
