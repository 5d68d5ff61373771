/** The packages as the tests of the repository see them: manifests, and sources as syntax trees. */
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
  /** The folder's name below `packages/`. */
  readonly folder: string;
  readonly manifest: Manifest;
  /** What `src/` holds. */
  readonly sources: readonly Source[];
}

export interface Source {
  /** From the repository's root, such as `packages/core/src/wrap.ts`. */
  readonly path: string;
  readonly tree: ts.SourceFile;
  /** How many lines it has. */
  readonly lines: number;
  /** What it imports or re-exports, types too, in the order of the text. */
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

/** Lists the files that match a pattern, from the repository's root, leaving out what was installed or built. */
export function files(pattern: string): string[] {
  const exclude = (name: string): boolean => /(^|[\\/])(node_modules|dist)$/.test(name);
  return globSync(pattern, { cwd: root, exclude })
    .map((path) => path.replaceAll(sep, "/"))
    .toSorted();
}

/** Returns the text of a file, named from the repository's root. */
export function read(path: string): string {
  return readFileSync(root + path, "utf8");
}

/** Makes a source of a path and a text. */
export function parse(path: string, text: string): Source {
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  return { path, tree, lines: text.trimEnd().split("\n").length, imports: importsOf(tree) };
}

/** Visits every node below `node`, and those below one for which `visitor` answers `false` not. */
export function visit(node: ts.Node, visitor: (node: ts.Node) => boolean | void): void {
  node.forEachChild((child) => {
    if (visitor(child) !== false) visit(child, visitor);
  });
}

/** Names where a node stands, in a form that editors turn into a link. */
export function at({ path, tree }: Source, node: ts.Node): string {
  return `${path}:${tree.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
}

/** The same, with what stands there. */
export function quote(source: Source, node: ts.Node): string {
  const { line } = source.tree.getLineAndCharacterOfPosition(node.getStart());
  return `${at(source, node)} ${source.tree.text.split("\n")[line]!.trim()}`;
}

/** Returns the path of the file that `specifier` names in a file of the same package, if it is relative. */
export function resolve(from: Source, specifier: string): string | undefined {
  return specifier.startsWith(".") ? posix.join(posix.dirname(from.path), specifier) : undefined;
}

/** Whether a file is the face of its package, or of a part of it. */
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
