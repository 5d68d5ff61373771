/**
 * Measures what an import costs a bundle, minified and gzipped, core included, and holds it to a budget: `npm run size`.
 * With `--report` it only prints.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const root = join(import.meta.dirname, "..");

interface Import {
  readonly what: string;
  readonly code: string;
  /** In kB of 1,000 bytes. */
  readonly budget: number;
}

const imports: readonly Import[] = [
  { what: "core", code: `export { compose, layer, wrap } from "@evenkeel/core"`, budget: 1 },
  { what: "timeout", code: `export { timeout } from "@evenkeel/timeout"`, budget: 1.8 },
  { what: "retry", code: `export { retry } from "@evenkeel/retry"`, budget: 1.8 },
  { what: "semaphore", code: `export { semaphore } from "@evenkeel/rate-limit"`, budget: 1.8 },
  { what: "circuit breaker", code: `export { circuitBreaker } from "@evenkeel/circuit-breaker"`, budget: 2.5 },
  {
    what: "all layers composed",
    code: `
      import { wrap } from "@evenkeel/core";
      import { timeout } from "@evenkeel/timeout";
      import { retry } from "@evenkeel/retry";
      import { circuitBreaker } from "@evenkeel/circuit-breaker";
      import { semaphore } from "@evenkeel/rate-limit";
      export const pipeline = wrap(fetch, timeout(60_000), retry(), semaphore({ permits: 8 }), circuitBreaker());`,
    budget: 4,
  },
  { what: "classify, generic", code: `export { classifier } from "@evenkeel/classify"`, budget: 1.5 },
  {
    what: "resilientFetch, generic table",
    // The tables of the providers come on top, and with them what this stands for.
    code: `
      import { classifier } from "@evenkeel/classify";
      import { standardFetch } from "./packages/fetch/src/standard-fetch.ts";
      export const resilientFetch = standardFetch(classifier(), {});`,
    budget: 8.9,
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
  imports.map(async ({ what, code, budget }) => {
    const size = await gzippedSize(code).catch(() => NaN);
    return { what, size, budget, isWithin: size <= budget * 1_000 };
  }),
);

console.log(`${"import".padEnd(32)}${"gzipped".padStart(10)}${"budget".padStart(10)}`);
for (const { what, size, budget, isWithin } of rows) {
  const measured = Number.isNaN(size) ? "no build" : `${(size / 1_000).toFixed(2)} kB`;
  console.log(
    `${what.padEnd(32)}${measured.padStart(10)}${`${budget.toFixed(1)} kB`.padStart(10)}${isWithin ? "" : "  over"}`,
  );
}

const passed = rows.filter(({ isWithin }) => isWithin).length;
mkdirSync(join(root, "reports"), { recursive: true });
writeFileSync(
  join(root, "reports", "size.json"),
  JSON.stringify({ numPassedTests: passed, numFailedTests: rows.length - passed, rows }, null, 2),
);
if (passed < rows.length && !process.argv.includes("--report")) process.exitCode = 1;
