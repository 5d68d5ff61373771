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
  const lines = rows
    .filter(({ contender }) => contender !== "bare")
    .map(({ what, contender, ratio, low, high, target, time }) => {
      const name = contender === "evenkeel" ? "**evenkeel**" : contender;
      const figures = [
        ratio.toFixed(2),
        `${low.toFixed(2)} to ${high.toFixed(2)}`,
        target?.toFixed(2) ?? "",
        time.toFixed(0),
      ];
      return `| ${what} | ${name} | ${figures.join(" | ")} |`;
    });
  const head =
    "| answer | client | to bare `fetch` | 95 % interval | aimed at | µs a request |\n|---|---|--:|--:|--:|--:|";
  writePart("throughput", [head, ...lines].join("\n"));
}

function conditions(): string {
  const processor = cpus()[0]?.model ?? "an unknown processor";
  const day = new Date().toISOString().slice(0, 10);
  return `${day}, ${availableParallelism()} x ${processor}, Node ${process.versions.node}.`;
}
