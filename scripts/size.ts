/**
 * Measures what an import costs a bundle, minified and gzipped, core included, and holds it to a budget: `npm run size`.
 * Beside it stands what was aimed at.
 * With `--report` it only prints, with `--write` it renews the table of docs/benchmarks.md.
 */
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { replacePart } from "../packages/bench/src/replace-part.ts";
import { writeCount } from "./write-count.ts";

const root = join(import.meta.dirname, "..");

interface Import {
  readonly what: string;
  readonly code: string;
  /** What was aimed at, from what the peers cost, in kB of 1,000 bytes. */
  readonly target?: number;
  /** What it may cost, a little above what it does: growth shows here first. */
  readonly budget: number;
}

const imports: readonly Import[] = [
  { what: "core", code: `export { compose, layer, wrap } from "@evenkeel/core"`, target: 1, budget: 1.1 },
  { what: "timeout", code: `export { timeout } from "@evenkeel/timeout"`, target: 1.8, budget: 2.6 },
  { what: "retry", code: `export { retry } from "@evenkeel/retry"`, target: 1.8, budget: 2.8 },
  { what: "semaphore", code: `export { semaphore } from "@evenkeel/rate-limit"`, target: 1.8, budget: 5.0 },
  {
    what: "circuit breaker",
    code: `export { circuitBreaker } from "@evenkeel/circuit-breaker"`,
    target: 2.5,
    budget: 6.0,
  },
  {
    what: "all layers composed",
    code: `
      import { wrap } from "@evenkeel/core";
      import { timeout } from "@evenkeel/timeout";
      import { retry } from "@evenkeel/retry";
      import { circuitBreaker } from "@evenkeel/circuit-breaker";
      import { semaphore } from "@evenkeel/rate-limit";
      export const pipeline = wrap(fetch, timeout(60_000), retry(), semaphore({ permits: 8 }), circuitBreaker());`,
    target: 4,
    budget: 10.4,
  },
  { what: "classify, generic", code: `export { classifier } from "@evenkeel/classify"`, target: 1.5, budget: 7.5 },
  {
    what: "resilientFetch, generic table",
    code: `export { resilientFetch } from "@evenkeel/fetch/generic"`,
    target: 8.9,
    budget: 26.2,
  },
  {
    what: "resilientFetch, every provider",
    code: `export { resilientFetch } from "@evenkeel/fetch"`,
    budget: 27.5,
  },
];

async function gzippedSize(code: string): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: root, loader: "js" },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    platform: "browser",
    target: "es2023",
    logLevel: "silent",
  });
  return gzipSync(outputFiles[0]!.contents, { level: 9 }).length;
}

const rows = await Promise.all(
  imports.map(async ({ what, code, target, budget }) => {
    const size = await gzippedSize(code).catch(() => NaN);
    return { what, size, target, budget, isWithin: size <= budget * 1_000 };
  }),
);

console.log(`${"import".padEnd(32)}${"gzipped".padStart(10)}${"budget".padStart(10)}${"aimed at".padStart(10)}`);
for (const { what, size, target, budget, isWithin } of rows) {
  const measured = Number.isNaN(size) ? "no build" : `${(size / 1_000).toFixed(2)} kB`;
  console.log(
    `${what.padEnd(32)}${measured.padStart(10)}${kB(budget)}${target ? kB(target) : "".padEnd(10)}${isWithin ? "" : "  over its budget"}`,
  );
}

function kB(size: number): string {
  return `${size.toFixed(1)} kB`.padStart(10);
}

const passed = rows.filter(({ isWithin }) => isWithin).length;
writeCount("size", passed, rows);
if (passed < rows.length && !process.argv.includes("--report")) process.exitCode = 1;

if (process.argv.includes("--write")) {
  const lines = rows.map(({ what, size, budget, target }) => {
    return `| ${what} | ${(size / 1_000).toFixed(2)} | ${budget.toFixed(1)} | ${target?.toFixed(1) ?? ""} |`;
  });
  const table = ["| import | kB | budget | aimed at |", "|---|--:|--:|--:|", ...lines].join("\n");
  replacePart(new URL("../docs/benchmarks.md", import.meta.url), "size", "node scripts/size.ts --write", table);
}
