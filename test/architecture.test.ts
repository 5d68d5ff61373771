/** The rules of the house, each as a program: what it prints when it fails is the list of the offenders. */
import ts from "typescript";
import { describe, expect, it } from "vitest";
import {
  at,
  isIndex,
  parse,
  quote,
  readPackages,
  resolve,
  type Manifest,
  type Package,
  type Source,
} from "./repository.ts";
import {
  defaultsIn,
  exportsOf,
  hostGlobalsReadByImport,
  isDocumented,
  isExplained,
  isNamedAfterAnExport,
  isProperty,
  isPublic,
  isReadonly,
  isRealTime,
  nameOf,
  nodesIn,
  optionsIn,
} from "./syntax.ts";

/** Files that are longer than the law allows, each with its reason. */
const longFiles: Readonly<Record<string, string>> = {};
const mostLines = 200;
const mostMedianLines = 100;

/** Which packages a package may stand on; all others stand on core alone. */
const floors: Readonly<Record<string, readonly string[]>> = {
  core: [],
  fetch: ["core", "timeout", "retry", "circuit-breaker", "rate-limit", "classify"],
};
const floorOf = (folder: string): readonly string[] => floors[folder] ?? ["core"];

/** The one home of time and chance, and the servers for tests, which live in real time. */
const realTime = /^packages\/(core\/src\/clock\.ts|testkit\/src\/(proxy|server)\/)/;
const forNode = /^packages\/testkit\/src\/(proxy|server)\//;

interface Rule {
  readonly rule: string;
  readonly offenders: (packages: readonly Package[]) => string[];
  /** A source, or a manifest, that breaks the rule: without it a rule could pass because it finds nothing ever. */
  readonly plant: { readonly path: string; readonly text: string };
}

const rules: readonly Rule[] = [
  {
    rule: "every package depends on the floors below it alone: core <- layers and testkit <- fetch",
    offenders: (packages) =>
      packages.flatMap(({ folder, manifest }) =>
        dependenciesOf(manifest)
          .filter((name) => !floorOf(folder).some((below) => name === `@evenkeel/${below}`))
          .map((name) => `packages/${folder}/package.json depends on ${name}`),
      ),
    plant: { path: "packages/core/package.json", text: `{ "dependencies": { "ms": "^2.0.0" } }` },
  },
  {
    rule: "every source imports its own files and the floors below it alone: nothing sideways, nothing of a third party",
    offenders: eachSource((source, { folder }) =>
      source.imports
        .filter((specifier) => !resolve(source, specifier)?.startsWith(`packages/${folder}/src/`))
        .filter((specifier) => !floorOf(folder).some((below) => specifier === `@evenkeel/${below}`))
        .filter((specifier) => !(specifier.startsWith("node:") && forNode.test(source.path)))
        .map((specifier) => `${source.path} imports ${specifier}`),
    ),
    plant: { path: "packages/retry/src/planted.ts", text: `import type { Timeout } from "@evenkeel/timeout";` },
  },
  {
    rule: "no files import each other in a circle, types included",
    offenders: (packages) => packages.flatMap(({ sources }) => circlesIn(sources)),
    plant: { path: "packages/core/src/call.ts", text: `import type { Layer } from "./layer.ts";` },
  },
  {
    rule: "no file imports its package's own index.ts",
    offenders: eachSource((source, { folder }) =>
      source.imports
        .filter((specifier) => (resolve(source, specifier) ?? specifier).endsWith(`packages/${folder}/src/index.ts`))
        .map((specifier) => `${source.path} imports ${specifier}`),
    ),
    plant: { path: "packages/core/src/planted.ts", text: `import { wrap } from "./index.ts";` },
  },
  {
    rule: "an index.ts only re-exports",
    offenders: eachSource((source) =>
      isIndex(source)
        ? source.tree.statements.filter((each) => !ts.isExportDeclaration(each)).map((each) => at(source, each))
        : [],
    ),
    plant: { path: "packages/core/src/index.ts", text: `export const version = "1.0.0";` },
  },
  {
    rule: `no file has more than ${mostLines} lines without a reason`,
    offenders: eachSource(({ path, lines }) =>
      lines > mostLines && !longFiles[path] ? [`${path} has ${lines} lines`] : [],
    ),
    plant: { path: "packages/core/src/planted.ts", text: "//\n".repeat(mostLines + 1) },
  },
  {
    rule: "a file is named after what it exports, in kebab-case",
    offenders: eachSource((source) =>
      isIndex(source) || isNamedAfterAnExport(source)
        ? []
        : [`${source.path} exports ${exportsOf(source).map(nameOf).join(", ") || "nothing"}`],
    ),
    plant: { path: "packages/core/src/planted.ts", text: `export function other(): void {}` },
  },
  {
    rule: "no file or folder is called after nothing: utils, types, common, helpers, internal",
    offenders: eachSource(({ path }) =>
      /\/(utils?|types?|common|helpers?|internals?|misc|shared)[/.]/.test(path) ? [path] : [],
    ),
    plant: { path: "packages/core/src/internal/planted.ts", text: "" },
  },
  {
    rule: "every public export says what it is",
    offenders: eachSource((source, owner) =>
      exportsOf(source)
        .filter((each) => isPublic(nameOf(each), owner) && !isExplained(each, source))
        .map((each) => `${at(source, each)} ${nameOf(each)}`),
    ),
    plant: { path: "packages/core/src/wrap.ts", text: `export const wrap = 1;` },
  },
  {
    rule: "every field of a public options type is readonly and says what it is",
    offenders: eachSource((source, owner) =>
      optionsIn(source)
        .filter(({ parent }) => isPublic(parent.name.text, owner))
        .filter((field) => !isDocumented(field) || !isReadonly(field))
        .map((field) => `${at(source, field)} ${field.name.getText()}`),
    ),
    plant: { path: "packages/core/src/keyed.ts", text: `export interface KeyedOptions { readonly limit: number }` },
  },
  {
    rule: "a default in the code is the default in the comment",
    offenders: eachSource((source) =>
      defaultsIn(source)
        .filter(({ code, comment }) => code !== comment && !comment.startsWith(`${code},`))
        .map(({ node, code, comment }) => `${at(source, node)} defaults to ${code}, but @default says ${comment}`),
    ),
    plant: {
      path: "packages/core/src/planted.ts",
      text: `export interface PlantedOptions { /** Tries. @default 2 */ readonly retries?: number }
        export function planted({ retries = 3 }: PlantedOptions = {}): void {}`,
    },
  },
  {
    rule: "time and chance come from an injected clock and random",
    offenders: eachSource((source) =>
      realTime.test(source.path) ? [] : nodesIn(source, isRealTime).map((node) => quote(source, node)),
    ),
    plant: { path: "packages/retry/src/planted.ts", text: `export const planted = () => new Date().getTime();` },
  },
  {
    rule: "signals are linked by core's `link`, never by AbortSignal.any or AbortSignal.timeout",
    offenders: eachSource((source) =>
      nodesIn(source, (node) => isProperty(node, /^AbortSignal\.(any|timeout)$/)).map((node) => quote(source, node)),
    ),
    plant: { path: "packages/retry/src/planted.ts", text: `export const planted = () => AbortSignal.timeout(1);` },
  },
  {
    rule: "importing a package reads no global of its host: that alone would cost milliseconds, or break a runtime",
    offenders: eachSource((source) =>
      forNode.test(source.path) ? [] : hostGlobalsReadByImport(source).map((node) => quote(source, node)),
    ),
    plant: { path: "packages/fetch/src/planted.ts", text: `export const planted = globalThis.fetch;` },
  },
];

const packages = readPackages();

describe("the architecture", () => {
  it.each(rules)("$rule", ({ offenders }) => {
    expect(offenders(packages)).toEqual([]);
  });

  it.each(rules)("would see that not: $rule", ({ offenders, plant }) => {
    const before = new Set(offenders(packages));
    const planted = offenders(packages.map((each) => withPlant(each, plant))).filter((each) => !before.has(each));
    expect(planted.join()).toContain(plant.path);
  });

  it(`has short files: the median is at most ${mostMedianLines} lines`, ({ annotate }) => {
    const lengths = packages.flatMap(({ sources }) =>
      sources.filter((each) => !isIndex(each)).map(({ lines }) => lines),
    );
    const median = lengths.toSorted((a, b) => a - b)[lengths.length >> 1]!;
    void annotate(`${lengths.length} files, median ${median} lines, longest ${Math.max(...lengths)}`);
    expect(median).toBeLessThanOrEqual(mostMedianLines);
  });

  it("excuses no file that needs no excuse", () => {
    const long = packages.flatMap(({ sources }) => sources.filter(({ lines }) => lines > mostLines));
    expect(long.map(({ path }) => path)).toEqual(expect.arrayContaining(Object.keys(longFiles)));
  });
});

function withPlant(each: Package, { path, text }: Rule["plant"]): Package {
  if (!path.startsWith(`packages/${each.folder}/`)) return each;
  if (path.endsWith(".json")) return { ...each, manifest: JSON.parse(text) };
  return { ...each, sources: [...each.sources.filter((source) => source.path !== path), parse(path, text)] };
}

function eachSource(offenders: (source: Source, owner: Package) => string[]): Rule["offenders"] {
  return (all) => all.flatMap((owner) => owner.sources.flatMap((source) => offenders(source, owner)));
}

function dependenciesOf({ dependencies, peerDependencies, optionalDependencies }: Manifest): string[] {
  return Object.keys({ ...dependencies, ...peerDependencies, ...optionalDependencies });
}

/** Walks the imports depth first; an import that leads back to a file still being walked closes a circle. */
function circlesIn(sources: readonly Source[]): string[] {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const walked = new Set<string>();
  const circles: string[] = [];

  function walk(source: Source, trail: readonly string[]): void {
    const start = trail.indexOf(source.path);
    if (start >= 0) circles.push([...trail.slice(start), source.path].join(" -> "));
    if (walked.has(source.path)) return;
    walked.add(source.path);
    for (const specifier of source.imports) {
      const imported = byPath.get(resolve(source, specifier) ?? "");
      if (imported) walk(imported, [...trail, source.path]);
    }
  }

  for (const source of sources) walk(source, []);
  return circles;
}
