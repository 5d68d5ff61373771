/**
 * Breaks the source in every way that Stryker knows, one at a time, and counts how often a test notices: `npm run mutate -- core retry`,
 * or all packages without a name. The survivors are listed, and less than 90 % caught is a failure. `--file keyed.ts` takes one file;
 * `--write` puts the scores of what was run into docs/design/guarantees.md.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Stryker } from "@stryker-mutator/core";

const root = join(import.meta.dirname, "../..");
const all = ["core", "timeout", "retry", "circuit-breaker", "rate-limit", "classify"];
/** Takes more than an hour, and is run where it is named. */
const named = [...all, "fetch"];
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { write: { type: "boolean" }, file: { type: "string", default: "**/*.ts" } },
});
const unknown = positionals.find((name) => !named.includes(name));
if (unknown !== undefined) {
  console.error(`Expected a package to be one of ${named.join(", ")}, got "${unknown}"`);
  process.exit(2);
}

interface Score {
  readonly name: string;
  readonly caught: number;
  readonly survived: number;
}

async function mutate(name: string): Promise<Score> {
  process.env["MUTATED_PACKAGE"] = name;
  const results = await new Stryker({
    mutate: [`packages/${name}/src/${values.file}`],
    testRunner: "vitest",
    plugins: ["@stryker-mutator/vitest-runner"],
    vitest: { configFile: "test/mutation/vitest.config.ts" },
    // Of the process, for a thread takes no such flag.
    testRunnerNodeArgs: ["--expose-gc"],
    concurrency: availableParallelism(),
    ignorePatterns: ["docs", "examples", "packages/bench", "reports"],
    // A table is made when it is loaded: each of its mutants, of which classify has a thousand, would need all tests.
    ignoreStatic: ["classify", "fetch"].includes(name),
    reporters: ["html", "progress-append-only"],
    htmlReporter: { fileName: `reports/mutation/${name}.html` },
    tempDirName: ".stryker-tmp",
    allowConsoleColors: false,
  }).runMutationTest();

  const of = (...statuses: string[]) => results.filter(({ status }) => statuses.includes(status));
  const survivors = of("Survived", "NoCoverage");
  for (const { fileName, location, mutatorName, replacement, status } of survivors) {
    const place = `${fileName.replace(`${root}/`, "")}:${location.start.line}:${location.start.column}`;
    console.log(`${status.padEnd(10)} ${place} ${mutatorName}: ${JSON.stringify(replacement)?.slice(0, 120)}`);
  }
  return { name, caught: of("Killed", "Timeout").length, survived: survivors.length };
}

const scores: Score[] = [];
for (const name of positionals.length > 0 ? positionals : all) scores.push(await mutate(name));

const percent = ({ caught, survived }: Score): string => ((100 * caught) / (caught + survived)).toFixed(1);
for (const score of scores) {
  console.log(
    `${score.name.padEnd(16)} ${percent(score)} %  (${score.survived} of ${score.caught + score.survived} survive)`,
  );
}

const weak = scores.filter(({ caught, survived }) => caught < 0.9 * (caught + survived));
if (weak.length > 0) process.exitCode = 1;

if (values.write) {
  const page = join(root, "docs/design/guarantees.md");
  let text = readFileSync(page, "utf8");
  for (const score of scores) {
    const row = `| ${score.name} | ${score.caught + score.survived} | ${score.survived} | ${percent(score)} |`;
    text = text.replace(new RegExp(`^\\| ${score.name} \\| .*\\|$`, "m"), row);
  }
  writeFileSync(page, text);
}
