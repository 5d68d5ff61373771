/** Reads the packages for the tests of the repository: manifests, and sources as syntax trees. */
import { globSync, readFileSync } from "node:fs";
import { posix, sep } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

export const root: string = fileURLToPath(new URL("..", import.meta.url));

export interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

export interface Package {
  /** The name of the folder in `packages/`. */
  readonly folder: string;
  readonly manifest: Manifest;
  /** The files in `src/`. */
  readonly sources: readonly Source[];
}

export interface Source {
  /** Relative to the root of the repository, such as `packages/core/src/wrap.ts`. */
  readonly path: string;
  readonly tree: ts.SourceFile;
  /** The number of lines. */
  readonly lines: number;
  /** The specifiers of all imports and re-exports, including types, in source order. */
  readonly imports: readonly string[];
}

/** Reads every published package. */
export function readPackages(): Package[] {
  return files("packages/*/package.json")
    .map((path) => ({ folder: path.split("/")[1]!, manifest: JSON.parse(read(path)) as Manifest }))
    .filter(({ manifest }) => !manifest.private)
    .map(({ folder, manifest }) => ({
      folder,
      manifest,
      sources: files(`packages/${folder}/src/**/*.ts`).map((path) => parse(path, read(path))),
    }));
}

/** Lists the files that match a pattern, relative to the root, except in `node_modules` and `dist`. */
export function files(pattern: string): string[] {
  const exclude = (name: string): boolean => /(^|[\\/])(node_modules|dist)$/.test(name);
  return globSync(pattern, { cwd: root, exclude })
    .map((path) => path.replaceAll(sep, "/"))
    .toSorted();
}

/** Returns the text of a file, by its path relative to the root. */
export function read(path: string): string {
  return readFileSync(root + path, "utf8");
}

/** Creates a source from a path and a text. */
export function parse(path: string, text: string): Source {
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  return { path, tree, lines: text.trimEnd().split("\n").length, imports: importsOf(tree) };
}

/** Visits all descendants of `node`, except those of nodes for which `visitor` returns `false`. */
export function visit(node: ts.Node, visitor: (node: ts.Node) => boolean | void): void {
  node.forEachChild((child) => {
    if (visitor(child) !== false) visit(child, visitor);
  });
}

/** Returns the location of a node, in a format that editors turn into a link. */
export function at({ path, tree }: Source, node: ts.Node): string {
  return `${path}:${tree.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
}

/** Returns the location of a node, and the source line. */
export function quote(source: Source, node: ts.Node): string {
  const { line } = source.tree.getLineAndCharacterOfPosition(node.getStart());
  return `${at(source, node)} ${source.tree.text.split("\n")[line]!.trim()}`;
}

/** Returns the path of the file that a relative `specifier` refers to, or `undefined` if it is not relative. */
export function resolve(from: Source, specifier: string): string | undefined {
  return specifier.startsWith(".") ? posix.join(posix.dirname(from.path), specifier) : undefined;
}

/** Tells whether a file is the entry point of a package or of one of its subpaths. */
export function isIndex({ path }: Source): boolean {
  return posix.basename(path) === "index.ts";
}

function importsOf(tree: ts.SourceFile): string[] {
  const found: string[] = [];
  visit(tree, (node) => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) add(node.moduleSpecifier);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) add(node.arguments[0]);
  });
  return found;

  function add(specifier: ts.Node | undefined): void {
    if (specifier) found.push(ts.isStringLiteralLike(specifier) ? specifier.text : specifier.getText());
  }
}
