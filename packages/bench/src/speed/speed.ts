/** Times all layers and their peers, and reports the results: `npm run bench`. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { crowdTables } from "./crowd-tables.ts";
import type { Lab } from "./lab.ts";
import { operationTables } from "./operation-tables.ts";
import { overview, reasons, type Tables } from "./standing.ts";
import { publish } from "./published.ts";
import { writeSpeed } from "./report.ts";
import { startTables } from "./start-tables.ts";

const help = `Usage: bench [--only TEXT] [--processes N]

Times the operations of every layer and of its peers, and prints the tables. The whole of it also writes docs/benchmarks.md.

  --only TEXT      only the rows whose name contains it, such as "Retry", "100,000" or ": cockatiel"
  --processes N    how many processes time each row (default 3)
  --help           this text
`;

async function bench(lab: Lab, isWhole: boolean): Promise<void> {
  const found: Tables[] = [];
  for (const measure of [operationTables, crowdTables, startTables]) {
    const tables = await measure(lab);
    for (const part of tables.parts) process.stdout.write(`${part}\n\n`);
    found.push(tables);
  }
  const standings = found.flatMap((tables) => tables.standings);
  const summary = [
    "### At a glance",
    "Without a unit: times the floor. In bold: the aims that are missed, and the peers that are ahead.",
    overview(standings),
    "### Why rows are behind",
    reasons(standings),
  ];
  process.stdout.write(`${summary.join("\n\n")}\n`);
  if (isWhole) await writeSpeed([...summary, ...found.flatMap(({ parts }) => parts)], lab.processes);
}

/** Overwrites one line, if stderr is a terminal. */
function tell(progress: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001B[K${progress}`);
}

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    processes: { type: "string", default: "3" },
    help: { type: "boolean", default: false },
  },
});
const processes = Number(values.processes);
const wanted = values.only.toLowerCase();

if (values.help) process.stdout.write(help);
else if (!Number.isInteger(processes) || processes < 1) {
  process.stderr.write(`Expected --processes to be an integer >= 1, got "${values.processes}"\n`);
  process.exitCode = 1;
} else {
  const folder = mkdtempSync(join(tmpdir(), "evenkeel-bench-"));
  try {
    await publish(folder);
    await bench({ folder, processes, wants: (name) => name.toLowerCase().includes(wanted), tell }, wanted === "");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
