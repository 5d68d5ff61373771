/** An empty app with all tarballs installed, and the suite in the two forms that runtimes accept. */
import { execFile } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import type { World } from "./suite/case.ts";

/** A folder. */
export type App = string;

/** Installs the tarballs of all packages, offline, into a new folder. */
export async function installApp(tarballs: Readonly<Record<string, string>>): Promise<App> {
  const app = mkdtempSync(join(tmpdir(), "evenkeel-runtimes-"));
  writeFileSync(join(app, "package.json"), `{ "name": "app", "private": true }`);
  const install = ["install", "--offline", "--no-audit", "--no-fund", ...Object.values(tarballs)];
  await promisify(execFile)("npm", install, { cwd: app, env: withoutNpm() });
  return app;
}

/** Without the settings that npm passes to its scripts, which are not meant for the app. */
function withoutNpm(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));
}

/** Writes `main.mjs`, which prints the result of each case, and imports the installed packages. */
export async function writeProgram(app: App, world: World): Promise<string> {
  const contents = `import { suite } from "./suite.ts"; console.log(JSON.stringify(await suite(${JSON.stringify(world)})));`;
  return bundle(app, "main.mjs", contents, ["@evenkeel/*"]);
}

/** Writes one module that contains the suite and the packages, for runtimes without `node_modules`. */
export async function writeBundle(app: App, file: string, contents: string): Promise<string> {
  return bundle(app, file, `import { suite } from "./suite.ts"; ${contents}`, []);
}

/** Writes one module that contains one of the suite's files and the packages. */
export async function writeModule(app: App, file: string, name: string): Promise<string> {
  return bundle(app, file, `export { default } from "./${name}";`, []);
}

async function bundle(app: App, file: string, contents: string, external: string[]): Promise<string> {
  const outfile = join(app, file);
  await build({
    stdin: { contents, resolveDir: join(import.meta.dirname, "suite") },
    bundle: true,
    format: "esm",
    platform: "neutral",
    target: "es2023",
    external,
    // Resolves the packages from the app, because those of this repository are sources.
    plugins: [
      {
        name: "installed",
        setup({ onResolve, resolve }) {
          if (external.length > 0) return;
          onResolve({ filter: /^@evenkeel\// }, ({ path, resolveDir, kind }) =>
            resolveDir.startsWith(app) ? undefined : resolve(path, { resolveDir: app, kind }),
          );
        },
      },
    ],
    outfile,
    logLevel: "warning",
  });
  return outfile;
}
