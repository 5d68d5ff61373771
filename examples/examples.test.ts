/** Every example runs, and prints what its first comment says. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { list } from "./setup/list.ts";

const run = promisify(execFile);
const script = join(import.meta.dirname, "run.ts");
const examples = list();

describe.concurrent("the examples", () => {
  it.each(examples)("$name prints what it promises", { timeout: 60_000 }, async ({ name, prints }) => {
    const { stdout } = await run(process.execPath, [script, name], { timeout: 50_000 });
    expect(stdout.trimEnd().split("\n")).toEqual(prints.map((line) => expect.stringMatching(asPromised(line))));
  });
});

it("are short, and say what they show and print", () => {
  const wrong = examples.filter(({ summary, prints, lines }) => !summary || !prints[0] || lines >= 60);
  expect(wrong.map(({ name }) => name)).toEqual([]);
});

it("are all in the index, with what they show", () => {
  const index = readFileSync(join(import.meta.dirname, "README.md"), "utf8");
  const rows = index.match(/^\| \[`.*/gm) ?? [];
  const expected = examples.map(({ name, summary }) => `| [\`${name}\`](${name}.ts) | ${summary} |`);
  expect(new Set(rows)).toEqual(new Set(expected));
});

it("are listed where no name is given, and an unknown name is an error that names them", async () => {
  const { stdout } = await run(process.execPath, [script]);
  expect(stdout.trimEnd().split("\n")).toHaveLength(examples.length);
  await expect(run(process.execPath, [script, "nobody"])).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining(`There is no example "nobody". There are: ${examples[0]!.name}, `) as unknown,
  });
});

/** Returns a line as a pattern, in which `...` matches anything. */
function asPromised(line: string): RegExp {
  const parts = line.split("...").map((part) => part.replaceAll(/[^\w ]/g, "\\$&"));
  return new RegExp(`^${parts.join(".+")}$`);
}
