/** Each package, installed into an empty app with nothing but the packages it stands on, does its job. */
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { readPackages, root } from "../repository.ts";

const tarballs = inject("tarballs");
const run = promisify(execFile);
const apps = mkdtempSync(join(tmpdir(), "evenkeel-apps-"));
afterAll(() => rmSync(apps, { recursive: true }));

describe.each(readPackages().filter(({ folder }) => folder !== "core"))("$folder alone", ({ folder, manifest }) => {
  const app = join(apps, folder);
  const floor = Object.keys(manifest.dependencies ?? {}).map((name) => name.replace("@evenkeel/", ""));

  beforeAll(async () => {
    mkdirSync(app);
    writeFileSync(join(app, "package.json"), `{ "name": "app", "private": true }`);
    // The snippet is read as a module of either kind: that is what its types are checked as.
    const snippet = join(import.meta.dirname, "snippets", `${folder}.ts`);
    cpSync(snippet, join(app, "snippet.mts"));
    cpSync(snippet, join(app, "snippet.cts"));
    const local = [...floor, folder].map((name) => tarballs[name]!);
    await run("npm", ["install", "--offline", "--no-audit", "--no-fund", ...local], { cwd: app, env: withoutNpm() });
  });

  it("installs what it stands on, and nothing else", async () => {
    const { stdout } = await run("npm", ["ls", "--all", "--parseable"], { cwd: app, env: withoutNpm() });
    const installed = stdout.trim().split("\n").slice(1);
    expect(installed.map((path) => path.split("node_modules/").at(-1)!).toSorted()).toEqual(
      [...floor, folder].map((name) => `@evenkeel/${name}`).toSorted(),
    );
  });

  it("does its job as an ES module", async () => {
    expect(await outcomeOf(`import { snippet, expected } from "./snippet.mts";`, "mts")).toEqual("as expected");
  });

  it("does its job as a CommonJS module", async () => {
    const module = ts.transpile(readFileSync(join(app, "snippet.cts"), "utf8"), {
      module: ts.ModuleKind.CommonJS,
      target: ts.ScriptTarget.ES2023,
    });
    writeFileSync(join(app, "snippet.cjs"), module);
    expect(await outcomeOf(`const { snippet, expected } = require("./snippet.cjs");`, "cjs")).toEqual("as expected");
  });

  it("has types, also without skipLibCheck, that a library can export, with pnpm too", () => {
    // Laid out as by pnpm: the library can import this package, but not what this package depends on.
    const library = join(apps, `${folder}-library`);
    const [store, installed] = [join(library, "node_modules/.store/node_modules"), join(library, "node_modules")];
    cpSync(join(app, "node_modules/@evenkeel"), join(store, "@evenkeel"), { recursive: true });
    mkdirSync(join(installed, "@evenkeel"));
    symlinkSync(join(store, "@evenkeel", folder), join(installed, "@evenkeel", folder));
    const files = ["snippet.mts", "snippet.cts"].map((name) => join(library, name));
    for (const file of files) cpSync(join(import.meta.dirname, "snippets", `${folder}.ts`), file);
    const program = ts.createProgram(files, {
      strict: true,
      noEmit: true,
      declaration: true,
      module: ts.ModuleKind.NodeNext,
      target: ts.ScriptTarget.ES2023,
      lib: ["lib.es2023.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts", "lib.dom.asynciterable.d.ts"],
      typeRoots: [`${root}node_modules/@types`],
      types: folder === "testkit" ? ["node"] : [],
    });
    const host = {
      getCanonicalFileName: (name: string) => name,
      getCurrentDirectory: () => library,
      getNewLine: () => "\n",
    };
    expect(ts.formatDiagnostics(ts.getPreEmitDiagnostics(program), host)).toBe("");
  });

  async function outcomeOf(beginning: string, extension: string): Promise<string> {
    const file = join(app, `main.${extension}`);
    writeFileSync(
      file,
      `${beginning}
      const { isDeepStrictEqual, inspect } = globalThis.process.getBuiltinModule("node:util");
      snippet().then((actual) => console.log(isDeepStrictEqual(actual, expected) ? "as expected" : inspect({ actual, expected })));`,
    );
    return (await run(process.execPath, [file], { cwd: app })).stdout.trim();
  }
});

/** Without the settings that npm passes to its scripts, which are not meant for the app. */
function withoutNpm(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));
}
