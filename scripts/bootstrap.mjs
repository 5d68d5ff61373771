// Installs the dependencies if necessary, then runs a command with node_modules/.bin, and so the repository's own Node, first
// on the path. Runs `pnpm` in the repository's version. Plain JavaScript without dependencies, because it has to run on a fresh
// machine with only Node >= 20 and npm.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const modules = join(root, "node_modules");
const binaries = join(modules, ".bin");
const stamp = join(modules, ".installed");
const { devDependencies, devEngines } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const { version } = devEngines.packageManager;

/**
 * Runs a command to its end and returns its exit status.
 * @param {string} command
 * @param {readonly string[]} args
 * @returns {number}
 */
function run(command, args, environment = process.env) {
  // Without --prefer-offline, npx hangs if there is no network, even if pnpm is in its cache.
  if (command === "pnpm") return run("npx", ["--yes", "--prefer-offline", `pnpm@${version}`, ...args], environment);
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: "inherit",
    env: environment,
    shell: process.platform === "win32",
  });
  if (error) console.error(`Could not start "${command}": ${error.message}`);
  return status ?? 1;
}

/** Tells whether everything that was installed is still there. */
function isWhole() {
  const manifests = Object.keys(devDependencies).map((name) => join(modules, name, "package.json"));
  return [binaries, ...manifests].every((path) => existsSync(path));
}

function installOnce() {
  const wanted = createHash("sha256")
    .update(version)
    .update(readFileSync(join(root, "pnpm-lock.yaml")))
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) {
    if (isWhole()) return;
    console.log("Parts of node_modules are gone: removing the rest ..."); // pnpm would not notice all of them
    rmSync(modules, { recursive: true, force: true });
  }
  rmSync(stamp, { force: true }); // an interrupted install must not pass for the previous one
  console.log("Installing dependencies (first run, or the lockfile has changed) ...");
  const status = run("pnpm", ["install", "--frozen-lockfile"]);
  if (status !== 0) {
    console.error("The dependencies could not be installed (see above).");
    process.exit(status);
  }
  writeFileSync(stamp, wanted);
}

installOnce();
const [command, ...args] = process.argv.slice(2);
const environment = { ...process.env, PATH: binaries + delimiter + process.env.PATH, TURBO_TELEMETRY_DISABLED: "1" };
process.exit(command ? run(command, args, environment) : 0);
