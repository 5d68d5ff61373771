/**
 * Compares the CPU time of a client that uses `resilientFetch()`, its peers or bare `fetch`, over real sockets: `npm run bench:fetch`.
 * With `--only TEXT`, it only runs the rows that contain the text, and does not write them to the docs.
 *
 * In each round all contenders make the same number of requests, in random order, and bare `fetch` does so twice. Ratios are relative to
 * the mean of these two; the ratio of the second to the first is the noise. Only the CPU time of this process is measured, so the
 * provider and other processes do not count.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { resilientFetch } from "@evenkeel/fetch";
import { seededRandom } from "@evenkeel/testkit";
import {
  circuitBreaker,
  ConsecutiveBreaker,
  ExponentialBackoff,
  handleAll,
  retry,
  timeout,
  TimeoutStrategy,
  wrap,
} from "cockatiel";
import ky from "ky";
import pRetry from "p-retry";
import { floorOfAnswers, floorOfStreams, type Fetch } from "./floors.ts";
import { median } from "../median.ts";
import { partsOfAnswers } from "./parts.ts";
import { writeThroughput } from "./report.ts";

/** The cost of one kind of response for one contender. */
export interface Throughput {
  readonly what: string;
  readonly contender: string;
  /** CPU time per request, in microseconds. */
  readonly time: number;
  /** The median of the ratios to bare fetch, and its 95 % confidence interval. */
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
  readonly target?: number | undefined;
}

interface Kind {
  readonly what: string;
  readonly path: string;
  /** The number of requests of a contender in each round, and how many of them run concurrently. */
  readonly times: number;
  readonly concurrency: number;
  readonly rounds: number;
  readonly target?: number;
  readonly others: Readonly<Record<string, Fetch>>;
}

const policy = wrap(
  retry(handleAll, { maxAttempts: 3, backoff: new ExponentialBackoff() }),
  circuitBreaker(handleAll, { halfOpenAfter: 10_000, breaker: new ConsecutiveBreaker(5) }),
  timeout(300_000, { strategy: TimeoutStrategy.Cooperative, abortOnReturn: false }),
);
const kyClient = ky.create({ retry: { methods: ["post"] }, timeout: 300_000 });
const peers: Readonly<Record<string, Fetch>> = {
  "p-retry": (url, init) => pRetry(() => fetch(url, init)),
  cockatiel: (url, init) => policy.execute(({ signal }) => fetch(url, { ...init, signal })),
  ky: (url, init) => kyClient(url, init),
};

const kinds: readonly Kind[] = [
  {
    what: "a JSON answer, 64 at a time",
    path: "/json",
    times: 2_000,
    concurrency: 64,
    rounds: 25,
    target: 1.08,
    others: { ...floorOfAnswers, ...peers },
  },
  {
    what: "1,000 events, one each ms",
    path: "/stream",
    times: 16,
    concurrency: 16,
    rounds: 21,
    target: 1.1,
    others: floorOfStreams,
  },
  {
    what: "1,000 events at once",
    path: "/burst",
    times: 100,
    concurrency: 1,
    rounds: 25,
    target: 1.1,
    others: floorOfStreams,
  },
  {
    what: "a body of 64 MiB",
    path: "/download",
    times: 4,
    concurrency: 1,
    rounds: 25,
    target: 1.05,
    others: floorOfStreams,
  },
  // Comes last, because code that has run several pipelines in a process is slower than code that runs one.
  {
    what: "a JSON answer, part by part",
    path: "/json",
    times: 2_000,
    concurrency: 64,
    rounds: 25,
    others: partsOfAnswers,
  },
];

const prompt = JSON.stringify({ model: "mock", stream: false, messages: [{ role: "user", content: "x".repeat(500) }] });
const request = { method: "POST", headers: { "content-type": "application/json" }, body: prompt };

const random = seededRandom(1);
setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

async function ask(fetch: Fetch, url: string, { times, concurrency }: Kind): Promise<void> {
  let asked = 0;
  async function one(): Promise<void> {
    while (asked++ < times) {
      const response = await fetch(url, request);
      if (url.endsWith("/json")) await response.json();
      else for await (const chunk of response.body!) void chunk;
    }
  }
  await Promise.all(Array.from({ length: concurrency }, one));
}

/** Returns the CPU time of the work, in microseconds. */
async function cpuOf(work: () => Promise<void>): Promise<number> {
  collectGarbage();
  const start = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(start);
  return user + system;
}

async function compare(kind: Kind, url: string): Promise<Throughput[]> {
  const bare: Fetch = (to, init) => fetch(to, init);
  const contenders = { bare, evenkeel: resilientFetch(), ...kind.others, "bare again": bare };
  const names = Object.keys(contenders) as (keyof typeof contenders)[];
  for (const name of [...names, ...names]) await ask(contenders[name], url, kind);
  const found: Record<string, number>[] = [];
  for (let round = 0; round < kind.rounds; round++) {
    const times: Record<string, number> = {};
    for (const name of shuffled(names)) {
      times[name] = (await cpuOf(() => ask(contenders[name], url, kind))) / kind.times;
    }
    found.push(times);
  }
  return names.map((name) => {
    const ratios = found.map((times) => {
      const first = times["bare"]!;
      return times[name]! / (name.startsWith("bare") ? first : (first + times["bare again"]!) / 2);
    });
    const time = median(found.map((times) => times[name]!));
    const target = name === "evenkeel" ? kind.target : undefined;
    return { what: kind.what, contender: name, time, ratio: median(ratios), ...certain(ratios), target };
  });
}

function shuffled<T>(list: readonly T[]): T[] {
  return list
    .map((each) => ({ each, rank: random() }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ each }) => each);
}

/** The 95 % confidence interval of the median, by order statistics and the binomial distribution: valid for any distribution. */
function certain(values: readonly number[]): { low: number; high: number } {
  const sorted = values.toSorted((a, b) => a - b);
  const { length } = sorted;
  let below = 0;
  let chance = 0.5 ** length;
  for (let tail = chance; tail <= 0.025; below++) {
    chance *= (length - below) / (below + 1);
    tail += chance;
  }
  return { low: sorted[below - 1] ?? NaN, high: sorted[length - below] ?? NaN };
}

const { values } = parseArgs({ options: { only: { type: "string", default: "" } } });
const provider = fork(join(import.meta.dirname, "provider.ts"));
const [port] = (await once(provider, "message")) as [number];
const rows: Throughput[] = [];
for (const kind of kinds) {
  if (!kind.what.includes(values.only)) continue;
  for (const row of await compare(kind, `http://127.0.0.1:${port}${kind.path}`)) {
    rows.push(row);
    const interval = `(${row.low.toFixed(2)} to ${row.high.toFixed(2)})`;
    console.log(
      `${row.what.padEnd(30)} ${row.contender.padEnd(12)} ${row.ratio.toFixed(2)} ${interval}, ${row.time.toFixed(0)} us`,
    );
  }
}
provider.kill();
if (values.only === "") writeThroughput(rows);
