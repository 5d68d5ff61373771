/**
 * Measures the bundle size of imports, minified and gzipped and including core, and fails if one exceeds its budget: `npm run size`.
 * With `--report` it never fails. With `--write` it updates the tables in docs/benchmarks.md, which also contain the peers, and the files
 * that all layers consist of.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { replacePart } from "../packages/bench/src/replace-part.ts";
import { writeCount } from "./write-count.ts";

const root = join(import.meta.dirname, "..");

interface Import {
  readonly what: string;
  readonly code: string;
  /** The original target, based on the sizes of the peers, in kB of 1,000 bytes. */
  readonly target?: number;
  /** The largest size allowed, in kB: slightly more than the current size, so that growth is noticed. */
  readonly budget: number;
  /** The closest peers, with the imports for the same purpose. */
  readonly peers?: Readonly<Record<string, string>>;
}

/** The cockatiel policies for each row. */
const cockatiel = {
  timeout: `export { timeout } from "cockatiel"`,
  retry: `export { retry, handleAll, ExponentialBackoff } from "cockatiel"`,
  bulkhead: `export { bulkhead } from "cockatiel"`,
  breaker: `export { circuitBreaker, handleAll, SamplingBreaker } from "cockatiel"`,
  all: `export { wrap, timeout, retry, bulkhead, circuitBreaker, handleAll, ExponentialBackoff, SamplingBreaker } from "cockatiel"`,
};

const whole = "all layers composed";

const imports: readonly Import[] = [
  { what: "core", code: `export { compose, layer, wrap } from "@evenkeel/core"`, target: 1, budget: 1.0 },
  {
    what: "timeout",
    code: `export { timeout } from "@evenkeel/timeout"`,
    target: 1.8,
    budget: 2.8,
    peers: { "p-timeout": `export { default } from "p-timeout"`, cockatiel: cockatiel.timeout },
  },
  {
    what: "retry",
    code: `export { retry } from "@evenkeel/retry"`,
    target: 1.8,
    budget: 3.0,
    peers: {
      "p-retry": `export { default } from "p-retry"`,
      "exponential-backoff": `export { backOff } from "exponential-backoff"`,
      "async-retry": `export { default } from "async-retry"`,
      cockatiel: cockatiel.retry,
    },
  },
  {
    what: "semaphore",
    code: `export { semaphore } from "@evenkeel/rate-limit"`,
    target: 1.8,
    budget: 5.5,
    peers: {
      "p-limit": `export { default } from "p-limit"`,
      "async-sema": `export { Sema } from "async-sema"`,
      "p-queue": `export { default } from "p-queue"`,
      bottleneck: `export { default } from "bottleneck"`,
      cockatiel: cockatiel.bulkhead,
    },
  },
  {
    what: "token bucket",
    code: `export { tokenBucket } from "@evenkeel/rate-limit"`,
    budget: 5.8,
    peers: { "rate-limiter-flexible": `export { RateLimiterMemory } from "rate-limiter-flexible"` },
  },
  {
    what: "circuit breaker",
    code: `export { circuitBreaker } from "@evenkeel/circuit-breaker"`,
    target: 2.5,
    budget: 5.9,
    peers: { opossum: `export { default } from "opossum"`, cockatiel: cockatiel.breaker },
  },
  {
    what: whole,
    code: `
      import { wrap } from "@evenkeel/core";
      import { timeout } from "@evenkeel/timeout";
      import { retry } from "@evenkeel/retry";
      import { circuitBreaker } from "@evenkeel/circuit-breaker";
      import { semaphore } from "@evenkeel/rate-limit";
      export const pipeline = wrap(fetch, timeout(60_000), retry(), semaphore({ permits: 8 }), circuitBreaker());`,
    target: 4,
    budget: 10.8,
    peers: {
      "p-timeout, p-retry, p-limit and opossum": `
        export { default as timeout } from "p-timeout";
        export { default as retry } from "p-retry";
        export { default as limit } from "p-limit";
        export { default as Breaker } from "opossum";`,
      cockatiel: cockatiel.all,
      effect: `export { Effect, Schedule, Semaphore } from "effect"`,
    },
  },
  { what: "classify, generic", code: `export { classifier } from "@evenkeel/classify"`, target: 1.5, budget: 8.2 },
  {
    what: "resilientFetch, generic table",
    code: `export { resilientFetch } from "@evenkeel/fetch/generic"`,
    target: 8.9,
    budget: 29.5,
    peers: { ky: `export { default } from "ky"` },
  },
  {
    what: "resilientFetch, every provider",
    code: `export { resilientFetch } from "@evenkeel/fetch"`,
    budget: 31.1,
  },
];

/** The size of a bundle, in bytes. */
interface Weight {
  readonly size: number;
  /** The source files in it, by their paths in the repository; their sizes are estimated by their shares of the minified code. */
  readonly files: readonly Part[];
}

interface Part {
  readonly file: string;
  readonly size: number;
}

/** Bundles for the browser by default. Peers are bundled for Node, so that its built-in modules do not count. */
async function weigh(code: string, platform: "browser" | "node" = "browser"): Promise<Weight> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: code, resolveDir: join(root, "packages/bench"), loader: "js" },
    absWorkingDir: root,
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: "esm",
    platform,
    target: "es2023",
    logLevel: "silent",
  });
  const size = gzipSync(outputFiles[0]!.contents, { level: 9 }).length;
  const inputs = Object.entries(Object.values(metafile.outputs)[0]!.inputs);
  const minified = inputs.reduce((sum, [, { bytesInOutput }]) => sum + bytesInOutput, 0);
  const files = inputs.map(([file, { bytesInOutput }]) => ({ file, size: (size * bytesInOutput) / minified }));
  return { size, files };
}

function sum(parts: readonly Part[]): number {
  return parts.reduce((total, { size }) => total + size, 0);
}

const rows = await Promise.all(
  imports.map(async ({ what, code, target, budget, peers = {} }) => {
    const { size, files } = await weigh(code).catch(() => ({ size: NaN, files: [] }));
    const others = await Promise.all(
      Object.entries(peers).map(async ([name, theirs]) => ({ name, ...(await weigh(theirs, "node")) })),
    );
    return { what, size, files, target, budget, others, isWithin: size <= budget * 1_000 };
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
  const lines = rows.map(({ what, size, files, budget, target, others }) => {
    const theirs = others
      .toSorted((a, b) => a.size - b.size)
      .map((other) => `${other.name} ${(other.size / 1_000).toFixed(2)}`)
      .join("; ");
    const core = sum(files.filter(({ file }) => file.startsWith("packages/core/")));
    const kilobytes = [size, core].map((each) => (each / 1_000).toFixed(2)).join(" | ");
    return `| ${what} | ${kilobytes} | ${budget.toFixed(1)} | ${target?.toFixed(1) ?? ""} | ${theirs} |`;
  });
  const table = [
    "| import | kB | of it core | budget | aimed at | peers |",
    "|---|--:|--:|--:|--:|---|",
    ...lines,
  ].join("\n");
  const page = new URL("../docs/benchmarks.md", import.meta.url);
  const parts = partsTable(rows.find(({ what }) => what === whole)!.files);
  const command = "node scripts/size.ts --write";
  replacePart(page, "size", command, table);
  replacePart(page, "parts", command, parts);
}

/** Lists the largest files with what they do, as their first line says. */
function partsTable(files: readonly Part[]): string {
  const sorted = files.toSorted((a, b) => b.size - a.size);
  const largest = sorted.filter(({ size }) => size >= 250);
  const lines = largest.map(({ file, size }) => {
    const [, says] = /^\/\*\* (.*) \*\//.exec(readFileSync(join(root, file), "utf8")) ?? [];
    return `| [${file.replace(/^packages\/|src\//g, "")}](../${file}) | ${(size / 1_000).toFixed(2)} | ${says} |`;
  });
  const rest = sorted.slice(largest.length);
  const others = `| ${rest.length} others | ${(sum(rest) / 1_000).toFixed(2)} | |`;
  return ["| file | kB | what it does |", "|---|--:|---|", ...lines, others].join("\n");
}
