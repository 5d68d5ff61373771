/**
 * Compares the CPU that a client spends with `resilientFetch()` and with bare `fetch`, over real sockets: pairs interleaved in one process,
 * each between two runs of the bare one. `node src/speed/throughput.ts` from this package.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { resilientFetch } from "@evenkeel/fetch";
import { median } from "./measure-case.ts";
import { writeThroughput } from "./report.ts";

/** What a kind of answer costs. */
export interface Throughput {
  readonly what: string;
  /** The median ratio to bare fetch, and where eight of ten pairs lie. */
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
  /** The bare one to itself, in the same rounds. */
  readonly floorToFloor: number;
  readonly target: number;
}

type Fetch = typeof globalThis.fetch;
const pairs = 25;
const prompt = JSON.stringify({ model: "mock", stream: false, messages: [{ role: "user", content: "x".repeat(500) }] });
const request = { method: "POST", headers: { "content-type": "application/json" }, body: prompt };

async function drain(response: Response): Promise<void> {
  for await (const chunk of response.body!) void chunk;
}

/** Asks so many times, with so many requests under way. */
async function ask(fetch: Fetch, url: string, times: number, concurrency: number): Promise<void> {
  let asked = 0;
  async function one(): Promise<void> {
    while (asked++ < times) {
      const response = await fetch(url, request);
      await (url.endsWith("/json") ? response.json() : drain(response));
    }
  }
  await Promise.all(Array.from({ length: concurrency }, one));
}

async function cpuOf(work: () => Promise<void>): Promise<number> {
  const start = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(start);
  return user + system;
}

const kinds = [
  { what: "a JSON answer, 64 at a time", path: "/json", times: 1_500, concurrency: 64, target: 1.08 },
  { what: "a stream of 1,000 events", path: "/stream", times: 60, concurrency: 1, target: 1.1 },
  { what: "a body of 64 MiB", path: "/download", times: 3, concurrency: 1, target: 1.05 },
];

const provider = fork(join(import.meta.dirname, "provider.ts"));
const [port] = (await once(provider, "message")) as [number];
const resilient = resilientFetch();
const rows: Throughput[] = [];
for (const { what, path, times, concurrency, target } of kinds) {
  const url = `http://127.0.0.1:${port}${path}`;
  const run = (fetch: Fetch): Promise<number> => cpuOf(() => ask(fetch, url, times, concurrency));
  await run(globalThis.fetch);
  await run(resilient);
  const ratios: number[] = [];
  const floors: number[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    const before = await run(globalThis.fetch);
    const own = await run(resilient);
    const after = await run(globalThis.fetch);
    ratios.push((2 * own) / (before + after));
    floors.push(after / before);
  }
  const sorted = ratios.toSorted((a, b) => a - b);
  const [low = NaN, high = NaN] = [sorted[Math.floor(pairs * 0.1)], sorted[Math.floor(pairs * 0.9)]];
  const row = { what, ratio: median(ratios), low, high, floorToFloor: median(floors), target };
  rows.push(row);
  console.log(
    `${what.padEnd(32)} ${row.ratio.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)}), bare to itself ${row.floorToFloor.toFixed(2)}`,
  );
}
provider.kill();
writeThroughput(rows);
