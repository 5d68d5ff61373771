/** Installs the packages as they are published, next to the scripts that measure them: users run the built packages, too. */
import { mkdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { build, type BuildOptions } from "esbuild";

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
}

const packages = join(import.meta.dirname, "../../..");
const ours = ["core", "timeout", "retry", "circuit-breaker", "rate-limit", "classify", "fetch"];
const scripts = ["measure-operation", "measure-memory", "measure-crowd", "measure-cold", "measure-import"];

/** The same options as the packages' own build. */
const options: BuildOptions = {
  bundle: true,
  splitting: true,
  packages: "external",
  format: "esm",
  target: "es2023",
  logLevel: "error",
};

/** Fills an empty folder with `node_modules`, which contains the packages and their peers, and with the scripts that measure. */
export async function publish(folder: string): Promise<void> {
  await Promise.all(ours.map((name) => install(name, folder)));
  for (const name of ours) installEmpty(`empty-${name}`, folder);
  for (const name of peers()) {
    const link = join(folder, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(realpathSync(join(packages, "bench/node_modules", name)), link, "junction");
  }
  writeFileSync(join(folder, "package.json"), `{ "type": "module" }`);
  const entryPoints = scripts.map((name) => join(import.meta.dirname, `${name}.ts`));
  await build({ ...options, entryPoints, outdir: folder });
}

async function install(folder: string, to: string): Promise<void> {
  const { name, exports } = read(folder);
  const target = join(to, "node_modules", name);
  const entries = Object.entries(exports).map(([path, source]) => {
    return { path, source: join(packages, folder, source), built: path === "." ? "index" : path.slice(2) };
  });
  const entryPoints = Object.fromEntries(entries.map(({ built, source }) => [built, source]));
  await build({ ...options, entryPoints, outdir: join(target, "dist") });
  const built = Object.fromEntries(entries.map(({ path, built }) => [path, `./dist/${built}.js`]));
  writeFileSync(join(target, "package.json"), JSON.stringify({ name, type: "module", exports: built }));
}

/** Installs a package that contains nothing, to measure what loading a package costs. */
function installEmpty(name: string, to: string): void {
  const target = join(to, "node_modules", name);
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, "package.json"), JSON.stringify({ name, type: "module", exports: "./index.js" }));
  writeFileSync(join(target, "index.js"), "export const empty = true;\n");
}

function peers(): string[] {
  return Object.keys(read("bench").dependencies ?? {}).filter((name) => !/^@(evenkeel|types)\//.test(name));
}

function read(folder: string): Manifest {
  return JSON.parse(readFileSync(join(packages, folder, "package.json"), "utf8")) as Manifest;
}
