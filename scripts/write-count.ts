/** Reports how many rows of a table passed to scripts/ci.mjs. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const reports = join(import.meta.dirname, "..", "reports");

/** Writes `reports/NAME.json`, in the format of vitest's JSON reporter. */
export function writeCount(name: string, passed: number, rows: readonly unknown[]): void {
  mkdirSync(reports, { recursive: true });
  const count = { numPassedTests: passed, numFailedTests: rows.length - passed, rows };
  writeFileSync(join(reports, `${name}.json`), JSON.stringify(count, null, 2));
}
