/** Writes the results of the gauntlet to docs/benchmarks.md. */
import { mkdirSync, writeFileSync } from "node:fs";
import { conditions, versionOf } from "../conditions.ts";
import { replacePart } from "../replace-part.ts";
import { isOurs, marked } from "../speed/marked.ts";
import type { Contender } from "./contender.ts";
import { contenders } from "./contenders.ts";
import { plot, type Line } from "./plot.ts";
import type { Scenario } from "./scenario.ts";
import type { Summary } from "./summary.ts";
import { goodputTable, outcomeTable, table } from "./table.ts";
import { acceptableLoad, verdict, type Field } from "./verdict.ts";

/** Returns the results of one scenario: a table, and a sentence for each fair comparison. */
export function scenarioReport(scenario: Scenario, summaries: readonly Summary[]): string {
  const verdicts = fields.flatMap((field) => verdict(summaries, field) ?? []);
  return [
    `${scenario.story[0]!.toUpperCase()}${scenario.story.slice(1)}.`,
    outcomeTable(summaries, marked),
    verdicts.map((sentence) => `- ${sentence}`).join("\n"),
  ].join("\n\n");
}

/** Replaces the generated part of the page, and its pictures. */
export function writeReport(scenarios: readonly Scenario[], summaries: readonly Summary[], root: URL): void {
  const page = new URL("docs/benchmarks.md", root);
  const pictures = new URL("docs/benchmarks/", root);
  mkdirSync(pictures, { recursive: true });
  const sections = scenarios.map((scenario) => {
    const own = summaries.filter(({ scenario: name }) => name === scenario.name);
    const picture = scenario.trouble && `![${scenario.name} over time](benchmarks/${scenario.name}.svg)`;
    if (picture) writeFileSync(new URL(`${scenario.name}.svg`, pictures), picturesOf(scenario, own));
    return [`### ${scenario.name}`, scenarioReport(scenario, own), picture].filter(Boolean).join("\n\n");
  });
  const text = [conditionsOf(summaries), overview(summaries), contenderTable(), ...sections].join("\n\n");
  replacePart(page, "outcomes", "npm run gauntlet", text);
}

const namesOf = (those: readonly Contender[]): string[] =>
  those.map(({ name }) => name).filter((name) => !isOurs(name));

/** Contenders that were given a concurrency limit have an advantage, so they are compared separately. */
const untold = namesOf(contenders.filter(({ knowsConcurrency }) => !knowsConcurrency));
const told = namesOf(contenders.filter(({ knowsConcurrency }) => knowsConcurrency));
const fields: readonly Field[] = [
  { ours: "evenkeel", peers: untold, advantaged: told },
  { ours: "evenkeel, untouched", peers: untold, advantaged: told },
  { ours: "evenkeel + semaphore", peers: [...untold, ...told] },
  { ours: "evenkeel + semaphore, waiting", peers: [...untold, ...told] },
];

function conditionsOf(summaries: readonly Summary[]): string {
  return `${conditions()}; seeds 1 to ${summaries[0]!.runs}. All time is virtual: the machine affects how long the simulation takes, but not its results.`;
}

function contenderTable(): string {
  const rows = contenders.map(({ name, packages, settings }) => [name, packages.map(versionOf).join(", "), settings]);
  return `### Contenders\n\n${table(["contender", "versions", "settings"], rows)}`;
}

function overview(summaries: readonly Summary[]): string {
  const how = `In italics: who collapsed in some of the runs, or sent more than ${acceptableLoad} requests per call.`;
  return ["### At a glance", how, goodputTable(summaries, marked)].join("\n\n");
}

function picturesOf({ seconds, trouble }: Scenario, summaries: readonly Summary[]): string {
  const lines = (pick: (summary: Summary) => readonly number[]): Line[] =>
    summaries.map((each) => ({ name: each.contender, values: pick(each), isBold: isOurs(each.contender) }));
  const requests = lines(({ requests }) => requests);
  const most = Math.max(...requests.flatMap(({ values }) => values));
  return plot({
    seconds,
    shaded: trouble,
    panels: [
      {
        title: "Share of the calls made at this time that were answered",
        lines: lines(({ answered }) => answered),
        top: 1,
        format: (value) => `${100 * value} %`,
      },
      {
        title: "Requests per second to the provider",
        lines: requests,
        top: most,
        format: (value) => value.toPrecision(3),
      },
    ],
  });
}
