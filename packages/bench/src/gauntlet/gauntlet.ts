/** Runs all contenders through all scenarios, and reports the results: `npm run gauntlet`. */
import { crew } from "./crew.ts";
import { help, readOptions, type Options } from "./options.ts";
import { scenarioReport, writeReport } from "./report.ts";
import type { Summary } from "./summary.ts";

async function gauntlet({ scenarios, contenders, seeds, isWhole }: Options): Promise<void> {
  const tasks = scenarios.flatMap((scenario) =>
    contenders.map((contender) => ({
      scenario: scenario.name,
      contender: contender.name,
      processes: scenario.processes,
      seeds,
    })),
  );
  const start = performance.now();
  let done = 0;
  const results = await crew(tasks, ({ scenario, contender }) => {
    tellProgress(`${++done}/${tasks.length} ${scenario}: ${contender}`);
  });
  tellProgress("");

  const summaries = tasks.map(({ scenario, contender }) =>
    results.find((result) => result.scenario === scenario && result.contender === contender)!,
  );
  const ofScenario = (name: string): Summary[] => summaries.filter(({ scenario }) => scenario === name);
  for (const scenario of scenarios)
    say(`\n## ${scenario.name}\n\n${scenarioReport(scenario, ofScenario(scenario.name))}\n`);
  if (isWhole) writeReport(scenarios, summaries, new URL("../../../../", import.meta.url));
  say(`${tasks.length * seeds} runs in ${((performance.now() - start) / 1_000).toFixed(0)} s\n`);
}

function say(text: string): void {
  process.stdout.write(text);
}

/** Overwrites one line, if stderr is a terminal. */
function tellProgress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001B[K${text}`);
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options === "help") say(`${help}\n`);
  else await gauntlet(options);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
