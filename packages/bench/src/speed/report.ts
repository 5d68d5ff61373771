/** Writes down what the benches came to, and under what conditions. */
import { readFileSync } from "node:fs";
import { availableParallelism, cpus, release, totalmem, type } from "node:os";
import { table } from "../gauntlet/table.ts";
import { replacePart } from "../replace-part.ts";
import { contenderIds, load } from "./contenders.ts";
import { marked } from "./marked.ts";
import type { Throughput } from "./throughput.ts";

const page = new URL("../../../../docs/benchmarks.md", import.meta.url);

/** Replaces the part of the page on the layers. */
export async function writeSpeed(parts: readonly string[], processes: number): Promise<void> {
  const contenders = await Promise.all(contenderIds.map(load));
  const peers = [...new Set([...contenders.flatMap(({ packages }) => packages), "ky"])].toSorted();
  const how = `${processes} processes a row; ${versionOf("mitata")}.`;
  const text = [`${conditions()}; ${how}`, `Peers: ${peers.map(versionOf).join(", ")}.`, ...parts];
  replacePart(page, "speed", "npm run bench", text.join("\n\n"));
}

/** Replaces the part of the page on the fetch. */
export function writeThroughput(rows: readonly Throughput[]): void {
  const lines = rows
    .filter(({ contender }) => contender !== "bare")
    .map(({ what, contender, ratio, low, high, target, time }) => [
      `${what}: ${marked(contender)}`,
      ratio.toFixed(2),
      `${low.toFixed(2)} to ${high.toFixed(2)}`,
      target?.toFixed(2) ?? "",
      time.toFixed(0),
    ]);
  const text = table(["", "to bare `fetch`", "95 % interval", "aimed at", "µs a request"], lines);
  replacePart(page, "throughput", "npm run bench:fetch", `${conditions()}.\n\n${text}`);
}

function conditions(): string {
  const processor = cpus()[0]?.model ?? "an unknown processor";
  const memory = `${(totalmem() / 2 ** 30).toFixed(0)} GiB`;
  const machine = `${availableParallelism()} × ${processor}, ${memory}, ${type()} ${release()}`;
  return `${new Date().toISOString().slice(0, 10)}; ${machine}; Node ${process.versions.node}`;
}

function versionOf(name: string): string {
  const manifest = readFileSync(new URL(`../../node_modules/${name}/package.json`, import.meta.url), "utf8");
  return `${name} ${(JSON.parse(manifest) as { version: string }).version}`;
}
