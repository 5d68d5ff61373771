/** The examples in the documentation, as modules: the `ts` blocks of its pages, and the `@example` blocks of all exports. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { files, isIndex, parse, read, readPackages, root, type Package, type Source } from "./repository.ts";
import { declaredNames, exportsOf, isPublic, nameOf, topLevelNames, usedNames } from "./syntax.ts";

export interface Example {
  /** The file that contains it. */
  readonly page: string;
  /** The line of the file on which it begins. */
  readonly line: number;
  readonly code: string;
}

/** An example that was written to a file, where its code begins on the second line. */
export interface WrittenExample extends Example {
  readonly file: string;
}

/** A folder for this process only, so that concurrent runs do not interfere. */
const folder = join(root, "test", ".docs", String(process.pid));

/** Lists the pages of the documentation. */
export function pages(): string[] {
  return files("{*.md,packages/*/*.md,docs/**/*.md}");
}

/** Lists the `ts` blocks of the pages. */
export function examplesOfPages(): Example[] {
  return pages().flatMap((page) => {
    const text = read(page);
    return [...text.matchAll(/^( *)```ts\n([^]*?)^ *```$/gm)].map(({ index, 1: indent, 2: block }) => ({
      page,
      line: text.slice(0, index).split("\n").length + 1,
      code: block!.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
    }));
  });
}

/** Lists the `@example` blocks of everything that the packages export. */
export function examplesOfComments(): Example[] {
  return readPackages().flatMap((owner) =>
    owner.sources.flatMap((source) =>
      exportsOf(source)
        .filter((each) => isPublic(nameOf(each), owner))
        .flatMap((each) => ts.getJSDocTags(each))
        .filter(({ tagName }) => tagName.text === "example")
        .map((tag) => ({
          page: source.path,
          line: source.tree.getLineAndCharacterOfPosition(tag.getStart()).line + 2,
          code: ts.getTextOfJSDocComment(tag.comment) ?? "",
        })),
    ),
  );
}

/**
 * Writes each example to a file. An example from a page is written as it is, because users paste it as it is. One from a comment gets
 * imports for the names that it does not declare, from the packages or from `test/reader.ts`.
 */
export function write(examples: readonly Example[]): WrittenExample[] {
  mkdirSync(folder, { recursive: true });
  const known = new Map([...namesOfReader(), ...readPackages().flatMap(namesOfPackage)]);

  return examples.map((example) => {
    const name = `${example.page}-${example.line}`.replace(/\W+/g, "-");
    const source = parse(name, example.code);
    const imports = example.page.endsWith(".md") ? [] : missingImports(source, known);
    const file = join(folder, `${name}.ts`);
    writeFileSync(
      file,
      `${imports.join("")}\n${example.code}\nexport { ${topLevelNames(source).local.join(", ")} };\n`,
    );
    return { ...example, file };
  });
}

function missingImports(source: Source, known: ReadonlyMap<string, string>): string[] {
  const declared = declaredNames(source);
  const missing = usedNames(source).filter((used) => !declared.has(used) && known.has(used));
  return missing.map((name) => `import { ${name} } from "${known.get(name)}";`);
}

/** Removes the written examples. */
export function removeWritten(): void {
  rmSync(folder, { recursive: true, force: true });
}

function namesOfReader(): [name: string, from: string][] {
  const path = "test/reader.ts";
  const { exported } = topLevelNames(parse(path, read(path)));
  return exported.map((name) => [name, "../../reader.ts"]);
}

function namesOfPackage({ folder: name, sources }: Package): [name: string, from: string][] {
  return sources.filter(isIndex).flatMap((source) => {
    const subpath = source.path.replace(`packages/${name}/src`, "").replace("/index.ts", "");
    return topLevelNames(source).exported.map((exported): [string, string] => [
      exported,
      `@evenkeel/${name}${subpath}`,
    ]);
  });
}
