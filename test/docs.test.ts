/** Every example of the documentation compiles and runs, offline, against the sources. */
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { examplesOfComments, examplesOfPages, pages, removeWritten, write } from "./examples.ts";
import { server } from "./reader.ts";
import { files, read, readPackages, root, type Package } from "./repository.ts";
import { defaultsIn } from "./syntax.ts";

const examples = write([...examplesOfPages(), ...examplesOfComments()]);

describe("the examples of the documentation", () => {
  const realFetch = globalThis.fetch;

  beforeAll(() => {
    vi.stubGlobal("fetch", offlineFetch);
    for (const name of ["OPENAI_API_KEY", "ANTHROPIC_API_KEY"]) vi.stubEnv(name, "none");
    for (const level of ["log", "warn", "error", "table"] as const) vi.spyOn(console, level).mockReturnValue();
  });
  afterAll(async () => {
    vi.unstubAllGlobals();
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
    removeWritten();
    await server.close();
  });

  it("are marked `ts`, and so are here", () => {
    const others = pages().filter((page) => /^ *```(js|javascript|mjs|cjs|tsx|typescript|ts .+)$/m.test(read(page)));
    expect(others).toEqual([]);
  });

  it("compile", () => {
    expect(complaintsOfCompiler()).toEqual([]);
  }, 60_000);

  it.each(examples)("$page:$line runs", async ({ file }) => {
    await expect(import(file)).resolves.toBeDefined();
  });

  /** Every provider is the server on the loopback interface, and every page is there. */
  function offlineFetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const request = new Request(input, init);
    const url = new URL(request.url);
    if (url.hostname === "127.0.0.1") return realFetch(request);
    if (request.method !== "POST") return Promise.resolve(Response.json({ ok: true }));
    return realFetch(new Request(server.url + url.pathname, request));
  }
});

describe("the tables of options", () => {
  it.each(readPackages())("$folder: each default is the code's", (owner) => {
    const wrong = files(`{packages/${owner.folder}/README.md,docs/packages/${owner.folder}.md}`).flatMap((page) =>
      wrongDefaults(page, owner),
    );
    expect(wrong).toEqual([]);
  });
});

/** Lists the rows of tables with a column `default` that give an option another default than any in the package's code. */
function wrongDefaults(page: string, { sources }: Package): string[] {
  const defaults = sources.flatMap(defaultsIn);
  let column = -1;
  return read(page)
    .split("\n")
    .flatMap((line, index) => {
      const cells = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
      if (cells.length < 3) column = -1;
      else if (column < 0) column = cells.indexOf("default");
      const said = cells[column] ?? "";
      const codes = defaults.filter(({ node }) => `\`${node.getText()}\`` === cells[1]).map(({ code }) => code);
      const isRight = column < 0 || codes.length === 0 || codes.some((code) => words(said).includes(words(code)));
      return isRight
        ? []
        : [`${page}:${index + 1} says that ${cells[1]} is ${said}; the code says ${codes.join(" or ")}`];
    });
}

/** The words of a text, where `1_000` and `1,000` are the same one. */
function words(text: string): string {
  return ` ${text
    .replace(/(?<=\d)[_,](?=\d)/g, "")
    .replace(/[^\w."'-]+/g, " ")
    .trim()} `;
}

function complaintsOfCompiler(): string[] {
  const { config } = ts.readConfigFile(`${root}tsconfig.base.json`, (path) => ts.sys.readFile(path));
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  const relaxed = { isolatedDeclarations: false, declaration: false, verbatimModuleSyntax: false };
  const program = ts.createProgram(
    examples.map(({ file }) => file),
    { ...options, ...relaxed, moduleDetection: ts.ModuleDetectionKind.Force },
  );
  return ts.getPreEmitDiagnostics(program).flatMap(({ file, start = 0, messageText }) => {
    const example = examples.find((each) => each.file === file?.fileName);
    if (!example || !file) return []; // of the sources themselves, the type check tells
    const line = example.line + file.getLineAndCharacterOfPosition(start).line - 1;
    return [`${example.page}:${line} ${ts.flattenDiagnosticMessageText(messageText, " ")}`];
  });
}
