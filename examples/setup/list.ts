/** The examples, and what their first comments say about them. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface Listed {
  readonly name: string;
  readonly file: string;
  /** What it shows. */
  readonly summary: string;
  /** The lines that it should print; `...` in a line matches anything. */
  readonly prints: readonly string[];
  /** How many lines the file has. */
  readonly lines: number;
}

const folder = join(import.meta.dirname, "..");

/** Lists the examples by their names. */
export function list(): Listed[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts") && file !== "run.ts")
    .toSorted()
    .map((file) => describe(file));
}

function describe(file: string): Listed {
  const text = readFileSync(join(folder, file), "utf8");
  const [, comment = ""] = /^\/\*\*\n([^]*?)\n \*\//.exec(text) ?? [];
  const [shown = "", printed = ""] = comment.replaceAll(/^ \* ?/gm, "").split(/^Prints:\n/m);
  return {
    name: file.replace(".ts", ""),
    file: join(folder, file),
    summary: shown.trim().replaceAll("\n", " "),
    prints: printed.split("\n").map((line) => line.replace("  ", "")),
    lines: text.trimEnd().split("\n").length,
  };
}
