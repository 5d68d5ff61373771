/** Writes the results of the benches to docs/benchmarks.md. */
import { conditions, versionOf } from "../conditions.ts";
import { table } from "../gauntlet/table.ts";
import { replacePart } from "../replace-part.ts";
import { contenderIds, load } from "./contenders.ts";
import { marked } from "./marked.ts";
import type { Throughput } from "./throughput.ts";

const page = new URL("../../../../docs/benchmarks.md", import.meta.url);

/** Replaces the part about the layers. */
export async function writeSpeed(parts: readonly string[], processes: number): Promise<void> {
  const contenders = await Promise.all(contenderIds.map(load));
  const peers = [...new Set([...contenders.flatMap(({ packages }) => packages), "ky"])].toSorted();
  const how = `${processes} processes a row; ${versionOf("mitata")}.`;
  const text = [`${conditions()}; ${how}`, `Peers: ${peers.map(versionOf).join(", ")}.`, ...parts];
  replacePart(page, "speed", "npm run bench", text.join("\n\n"));
}

/** Replaces the part about the fetch. */
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
