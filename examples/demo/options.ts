/** The command-line options. */

export interface DemoOptions {
  /** Determines which attempts fail, and how. */
  readonly seed: number;
  /** The share of attempts with a fault, from 0 to 1. */
  readonly faults: number;
  /** How many calls each arm makes. */
  readonly requests: number;
}

interface Rule {
  readonly text: string;
  readonly holds: (value: number) => boolean;
}

const rules: Readonly<Record<keyof DemoOptions, Rule>> = {
  seed: { text: "an integer >= 0 and <= 4294967295", holds: (value) => isIntegerIn(value, 0, 2 ** 32 - 1) },
  faults: { text: "a number >= 0 and <= 1", holds: (value) => value >= 0 && value <= 1 },
  requests: { text: "an integer >= 1 and <= 10000", holds: (value) => isIntegerIn(value, 1, 10_000) },
};

const defaults: DemoOptions = { seed: 1, faults: 0.2, requests: 300 };

/**
 * Parses `--name value` and `--name=value`.
 * @throws {Error} An option is unknown or invalid. The message names the option, the rule and the value.
 */
export function readOptions(argv: readonly string[]): DemoOptions {
  const options = { ...defaults };
  const rest = argv.values();
  for (const argument of rest) {
    const [, name, value] = /^--(\w+)(?:=(.*))?$/.exec(argument) ?? [];
    if (!isOption(name))
      throw new Error(`Expected \`--seed\`, \`--faults\` or \`--requests\`, got ${quoted(argument)}`);
    options[name] = read(name, value ?? rest.next().value);
  }
  return options;
}

function read(name: keyof DemoOptions, text: string | undefined): number {
  const value = text?.trim() ? Number(text) : Number.NaN;
  const rule = rules[name];
  if (rule.holds(value)) return value;
  throw new Error(`Expected \`--${name}\` to be ${rule.text}, got ${text === undefined ? "nothing" : quoted(text)}`);
}

function isOption(name: string | undefined): name is keyof DemoOptions {
  return name !== undefined && Object.hasOwn(rules, name);
}

function isIntegerIn(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
