/** Builds and packs every published package: `node scripts/pack.ts FOLDER`. */
import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";

const root = join(import.meta.dirname, "..");

/** Packs into `folder`. Returns the path of each tarball by the name of its package, without `@evenkeel/`. */
export function pack(folder: string): Record<string, string> {
  const run = (...command: string[]): Buffer =>
    execFileSync(process.execPath, ["scripts/bootstrap.mjs", "pnpm", ...command], { cwd: root });
  run("exec", "turbo", "run", "build");
  run("--recursive", "--filter", "./packages/*", "--filter", "!./packages/bench", "pack", "--pack-destination", folder);
  const tarballs = readdirSync(folder).filter((file) => file.endsWith(".tgz"));
  return Object.fromEntries(tarballs.map((file) => [/^evenkeel-(.+)-\d/.exec(file)![1]!, join(folder, file)]));
}

if (import.meta.main) console.log(pack(resolve(process.argv[2] ?? "packed")));
