/** Writes down what the benches came to, and under what conditions. */
import { readFileSync } from "node:fs";
import { availableParallelism, cpus, release, totalmem, type } from "node:os";
import { replacePart } from "../replace-part.ts";
import { contenderIds, load } from "./contenders.ts";

const page = new URL("../../../../docs/benchmarks.md", import.meta.url);

/** Replaces the generated part of the page. */
export async function writeSpeed(tables: string, processes: number): Promise<void> {
  replacePart(page, "speed", "pnpm bench", `${await conditions(processes)}\n\n${tables}`);
}

async function conditions(processes: number): Promise<string> {
  const contenders = await Promise.all(contenderIds.map(load));
  const versions = [...new Set(contenders.flatMap(({ packages }) => packages))].toSorted().map(versionOf).join(", ");
  const processor = cpus()[0]?.model ?? "an unknown processor";
  const day = new Date().toISOString().slice(0, 10);
  const memory = `${(totalmem() / 2 ** 30).toFixed(0)} GiB`;
  const machine = `${availableParallelism()} × ${processor}, ${memory}, ${type()} ${release()}`;
  return `${day}; ${machine}; Node ${process.versions.node}; ${processes} processes a row; ${versionOf("mitata")}.\n\nPeers: ${versions}.`;
}

function versionOf(name: string): string {
  const manifest = readFileSync(new URL(`../../node_modules/${name}/package.json`, import.meta.url), "utf8");
  return `${name} ${(JSON.parse(manifest) as { version: string }).version}`;
}
