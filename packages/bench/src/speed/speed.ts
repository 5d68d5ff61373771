/**
 * Times every layer and its peers side by side: `pnpm bench`. Each case runs in several processes, interleaved with its floor, and the
 * medians are told with what noise alone does. `--processes N` changes how many, `--only TEXT` which cases.
 */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { cases } from "./cases.ts";
import { median, type Measurement } from "./measure-case.ts";
import { writeSpeed } from "./report.ts";

const { values } = parseArgs({
  options: { processes: { type: "string", default: "3" }, only: { type: "string", default: "" } },
});
const processes = Number(values.processes);
if (!Number.isInteger(processes) || processes < 1) {
  console.error(`Expected \`--processes\` to be an integer >= 1, got ${values.processes}`);
  process.exit(2);
}

const script = join(import.meta.dirname, "measure-case.ts");
const flags = ["--expose-gc", "--max-semi-space-size=128"];

async function measureOften(index: number): Promise<Measurement> {
  const found: Measurement[] = [];
  for (let run = 0; run < processes; run++) {
    const { stdout } = await promisify(execFile)(process.execPath, [...flags, script, String(index)]);
    found.push(JSON.parse(stdout) as Measurement);
  }
  const of = (field: keyof Measurement): number => median(found.map((each) => each[field]));
  return { time: of("time"), ratio: of("ratio"), floorToFloor: of("floorToFloor"), bytes: of("bytes") };
}

const rows: ((typeof cases)[number] & Measurement)[] = [];
for (const [index, each] of cases.entries()) {
  if (!`${each.operation} ${each.contender}`.includes(values.only)) continue;
  const row = { ...each, ...(await measureOften(index)) };
  rows.push(row);
  const { operation, contender, time, ratio, floorToFloor, bytes } = row;
  const figures = `${time.toFixed(0)} ns, ${ratio.toFixed(2)} x (floor to itself ${floorToFloor.toFixed(2)}), ${bytes.toFixed(0)} B`;
  console.log(`${operation.padEnd(52)} ${contender.padEnd(30)} ${figures}`);
}
if (values.only === "") writeSpeed(rows);
