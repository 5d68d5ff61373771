/**
 * Shows that nothing leaks, by measuring the process before and after millions of calls and keys, and thousands of streams.
 * `npm run soak` takes minutes; `--short` runs a part of it, `--write` writes the numbers to the page.
 */
import { replacePart } from "../../packages/bench/src/replace-part.ts";
import { writeCount } from "../../scripts/write-count.ts";
import { keys } from "./keys.ts";
import { layers } from "./layers.ts";
import { measure, type Row } from "./measure.ts";
import { streams } from "./streams.ts";

const isShort = process.argv.includes("--short");
const share = isShort ? 0.02 : 1;

const columns: readonly [title: string, value: (row: Row) => string][] = [
  ["calls", ({ calls }) => calls.toLocaleString("en")],
  ["heap before, kB", ({ heapBefore }) => heapBefore.toFixed(0)],
  ["heap after, kB", ({ heapAfter }) => heapAfter.toFixed(0)],
  ["bytes a call", ({ bytesPerCall }) => bytesPerCall.toFixed(2)],
  ["handles", ({ handles }) => String(handles)],
  ["timers", ({ timers }) => String(timers)],
  ["listeners", ({ listeners }) => String(listeners)],
  ["held", ({ held }) => String(held)],
  ["keys", ({ keys }) => keys?.toLocaleString("en") ?? ""],
];

const rows: Row[] = [];
console.log(`${"".padEnd(34)}${columns.map(([title]) => title.padStart(17)).join("")}`);
for (const load of [...layers, ...keys, ...streams]) {
  const row = await measure(load, share);
  rows.push(row);
  const cells = columns.map(([, value]) => value(row).padStart(17)).join("");
  console.log(`${row.name.padEnd(34)}${cells}  ${row.seconds.toFixed(1)} s${row.isFlat ? "" : "  NOT FLAT"}`);
}

const passed = rows.filter(({ isFlat }) => isFlat).length;
writeCount("soak", passed, rows);
if (passed < rows.length) process.exitCode = 1;

if (process.argv.includes("--write")) {
  const lines = rows.map((row) => `| ${[row.name, ...columns.map(([, value]) => value(row))].join(" | ")} |`);
  const head = `| load | ${columns.map(([title]) => title).join(" | ")} |\n|---|${"--:|".repeat(columns.length)}`;
  const page = new URL("../../docs/design/guarantees.md", import.meta.url);
  replacePart(page, "soak", "npm run soak -- --write", `${head}\n${lines.join("\n")}`);
}
process.exit();
