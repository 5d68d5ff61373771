/** The command-line options. */
import { parseArgs } from "node:util";
import type { Contender } from "./contender.ts";
import { contenders } from "./contenders.ts";
import { evenkeel } from "./contenders/evenkeel.ts";
import { settings } from "./contenders/settings.ts";
import type { Scenario } from "./scenario.ts";
import { scenarios } from "./scenarios.ts";

export interface Options {
  readonly scenarios: readonly Scenario[];
  readonly contenders: readonly Contender[];
  /** The number of runs of each pair, with seeds from 1 to this. */
  readonly seeds: number;
  /** Whether this is the complete gauntlet, whose report is written to the docs. */
  readonly isWhole: boolean;
}

/** The text of `--help`. */
export const help = `Usage: gauntlet [--scenario NAME]... [--contender NAME]... [--settings] [--processes N] [--seeds N] [--short]

Sends each contender through each scenario and prints what came of it. The whole gauntlet also writes docs/benchmarks.md.

  --scenario NAME   only this one; may be repeated: ${scenarios.map(({ name }) => name).join(", ")}
  --contender NAME  only this one; may be repeated: ${contenders.map(({ name }) => name).join(", ")}
  --settings        instead, the toolkit with its defaults and with others: ${settings.map(({ name }) => name).join(", ")}
  --processes N     spreads the calls over so many processes, each with a contender of its own
  --seeds N         runs of each pair, 1 to 10000 (default 40, with --short 2)
  --short           fewer runs, and of the scenarios the short ones, for a look or a check
  --help            this text`;

/** The longest scenario of a short run, in seconds: an hour takes too long even in virtual time. */
const longest = 1_000;

/**
 * Parses the arguments.
 * @throws {Error} An argument is unknown or out of range. The message says what is allowed.
 */
export function readOptions(args: readonly string[]): Options | "help" {
  const { values } = parseArgs({
    args: [...args],
    options: {
      scenario: { type: "string", multiple: true },
      contender: { type: "string", multiple: true },
      seeds: { type: "string" },
      processes: { type: "string" },
      settings: { type: "boolean", default: false },
      short: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const { scenario, contender, seeds, processes, short } = values;
  if (values.help) return "help";
  const shortOnes = short ? scenarios.filter(({ seconds }) => seconds <= longest) : scenarios;
  const chosen = scenario?.map((name) => find("scenario", name, scenarios)) ?? shortOnes;
  return {
    scenarios: processes ? spread(chosen, readCount("processes", processes)) : chosen,
    contenders:
      contender?.map((name) => find("contender", name, [...contenders, ...settings])) ??
      (values.settings ? [evenkeel, ...settings] : contenders),
    seeds: readCount("seeds", seeds ?? (short ? "2" : "40")),
    isWhole: !scenario && !contender && !values.settings && !seeds && !processes && !short,
  };
}

function find<T extends { readonly name: string }>(option: string, wanted: string, all: readonly T[]): T {
  const found = all.find(({ name }) => name === wanted);
  if (found) return found;
  const names = all.map(({ name }) => `"${name}"`).join(", ");
  throw new Error(`Expected --${option} to be one of ${names}, got "${wanted}"`);
}

function readCount(option: string, text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= 10_000) return count;
  throw new Error(`Expected --${option} to be an integer from 1 to 10000, got "${text}"`);
}

function spread(chosen: readonly Scenario[], processes: number): Scenario[] {
  return chosen.map((scenario) => ({ ...scenario, processes }));
}
