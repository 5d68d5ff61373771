/** Writes down what the benches came to. */
import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import type { Throughput } from "./throughput.ts";

const page = new URL("../../../../docs/benchmarks.md", import.meta.url);

/** Replaces the generated part of the page that bears this name. */
function writePart(name: string, text: string): void {
  const [begin, end] = [`<!-- ${name}: written by \`pnpm bench\` -->`, `<!-- /${name} -->`];
  const old = readFileSync(page, "utf8");
  const part = new RegExp(`${begin}[^]*${end}`);
  if (!part.test(old)) throw new Error(`Expected ${page.pathname} to have the marks ${begin} and ${end}`);
  writeFileSync(
    page,
    old.replace(part, () => `${begin}\n\n${conditions()}\n\n${text}\n\n${end}`),
  );
}

/** Writes the table of the fetch. */
export function writeThroughput(rows: readonly Throughput[]): void {
  const lines = rows.map(({ what, ratio, low, high, floorToFloor, target }) => {
    return `| ${what} | ${ratio.toFixed(2)} | ${low.toFixed(2)} to ${high.toFixed(2)} | ${floorToFloor.toFixed(2)} | ${target.toFixed(2)} |`;
  });
  const head =
    "| client CPU of `resilientFetch()`, to bare `fetch` | median | 80 % of the pairs | bare to itself | aimed at |\n|---|--:|--:|--:|--:|";
  writePart("throughput", [head, ...lines].join("\n"));
}

function conditions(): string {
  const processor = cpus()[0]?.model ?? "an unknown processor";
  const day = new Date().toISOString().slice(0, 10);
  return `${day}, ${availableParallelism()} x ${processor}, Node ${process.versions.node}.`;
}
