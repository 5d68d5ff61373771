/**
 * Runs mutation tests with Stryker: `npm run mutate -- core retry`, or without names for all packages except fetch. Lists the mutants
 * that survive, and fails if the tests catch less than 90 %. `--file keyed.ts` selects one file; `--write` updates the scores in
 * docs/design/guarantees.md.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Stryker } from "@stryker-mutator/core";

const root = join(import.meta.dirname, "../..");
const all = ["core", "timeout", "retry", "circuit-breaker", "rate-limit", "classify"];
/** Fetch takes more than an hour, so it only runs if it is named. */
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
    // For processes, because threads do not support this flag.
    testRunnerNodeArgs: ["--expose-gc"],
    concurrency: availableParallelism(),
    ignorePatterns: ["docs", "examples", "packages/bench", "reports"],
    // A table is created on import, so each of its mutants would need all tests, and classify has a thousand of them.
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
