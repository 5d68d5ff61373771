/** The conditions under which results were measured, for the reports. */
import { readFileSync } from "node:fs";
import { availableParallelism, cpus, release, totalmem, type } from "node:os";

/** Returns the date, the machine and the version of Node. */
export function conditions(): string {
  const processor = cpus()[0]?.model ?? "an unknown processor";
  const memory = `${(totalmem() / 2 ** 30).toFixed(0)} GiB`;
  const machine = `${availableParallelism()} × ${processor}, ${memory}, ${type()} ${release()}`;
  return `${new Date().toISOString().slice(0, 10)}; ${machine}; Node ${process.versions.node}`;
}

/** Returns the name of a peer, and the version that is installed. */
export function versionOf(name: string): string {
  const manifest = readFileSync(new URL(`../node_modules/${name}/package.json`, import.meta.url), "utf8");
  return `${name} ${(JSON.parse(manifest) as { version: string }).version}`;
}
