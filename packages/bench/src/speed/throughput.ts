/**
 * Compares the CPU time of a client that uses `resilientFetch()`, its peers or bare `fetch`, over real sockets: `npm run bench:fetch`.
 * With `--only TEXT`, it only runs the rows that contain the text, and does not write them to the docs.
 *
 * Each contender runs in processes of its own, in turns with bare `fetch`, as in an application that has only one of them: code that has
 * run with several fetches is slower. A ratio is to the mean of the bare turns before and after; the ratio of these two is the noise.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { median } from "../median.ts";
import type { FetchName } from "./fetches.ts";
import { inFreshProcess } from "./fresh-process.ts";
import type { Round } from "./measure-throughput.ts";
import { writeThroughput } from "./report.ts";
import { kinds, type Kind } from "./responses.ts";

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

/** How many processes measure each row. */
const processes = 5;

/** The longest time that a process may take, in ms. */
const longest = 60_000;

async function roundsOf(contender: FetchName, { path }: Kind, port: number): Promise<Round[]> {
  const script = join(import.meta.dirname, "measure-throughput.ts");
  const found = await inFreshProcess<Round[]>(script, [contender, path, String(port)], [], longest);
  if (!found) throw new Error(`${contender} took more than ${longest} ms for ${path}`);
  return found;
}

/** Measures all contenders, in turns, so that a temporary slowdown of the machine affects all of them. */
async function compare(kind: Kind, wanted: readonly FetchName[], port: number): Promise<Throughput[]> {
  const found = new Map<FetchName, Round[]>(wanted.map((contender) => [contender, []]));
  for (let process = 0; process < processes; process++) {
    for (const [contender, rounds] of found) rounds.push(...(await roundsOf(contender, kind, port)));
  }
  const rows = Array.from(found, ([contender, rounds]) => {
    const ratios = rounds.map(({ own, bare, bareAgain }) => (2 * own) / (bare + bareAgain));
    const target = contender === "evenkeel" ? kind.target : undefined;
    return {
      ...rowOf(
        kind,
        contender,
        ratios,
        rounds.map(({ own }) => own),
      ),
      target,
    };
  });
  const all = [...found.values()].flat();
  const noise = all.map(({ bare, bareAgain }) => bareAgain / bare);
  return [
    ...rows,
    rowOf(
      kind,
      "bare again",
      noise,
      all.map(({ bareAgain }) => bareAgain),
    ),
  ];
}

function rowOf({ what }: Kind, contender: string, ratios: readonly number[], times: readonly number[]): Throughput {
  return { what, contender, time: median(times), ratio: median(ratios), ...certain(ratios) };
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
  const contenders = (["evenkeel", ...kind.others] as const).filter((name) =>
    `${kind.what}: ${name}`.includes(values.only),
  );
  if (contenders.length === 0) continue;
  for (const row of await compare(kind, contenders, port)) {
    rows.push(row);
    const interval = `(${row.low.toFixed(2)} to ${row.high.toFixed(2)})`;
    console.log(
      `${row.what.padEnd(30)} ${row.contender.padEnd(12)} ${row.ratio.toFixed(2)} ${interval}, ${row.time.toFixed(0)} us`,
    );
  }
}
provider.kill();
if (values.only === "") writeThroughput(rows);
