/**
 * Measures the CPU time that requests through one contender cost, in turns with bare `fetch`, because only ratios within one process are
 * meaningful on a shared machine: `node measure-throughput.ts CONTENDER PATH PORT`
 *
 * Only the CPU time of this process counts, so the provider and other processes do not. Garbage collection is not forced, because that
 * also discards optimised code. Instead, each turn begins unmeasured, until the garbage that is collected is the contender's own.
 */
import { fetches, type Fetch, type FetchName } from "./fetches.ts";
import { kinds, type Kind } from "./responses.ts";

/** CPU time per request, in microseconds: of bare `fetch`, twice, and of the contender. */
export interface Round {
  readonly bare: number;
  readonly bareAgain: number;
  readonly own: number;
}

const rounds = 3;

/** How many turns each has before the first round: with one, the first round was up to twice as slow as the others. */
const warmUps = 3;

async function repeat(fetch: Fetch, url: string, { times, concurrency, ask }: Kind): Promise<void> {
  let asked = 0;
  async function one(): Promise<void> {
    while (asked++ < times) await ask(fetch, url);
  }
  await Promise.all(Array.from({ length: concurrency }, one));
}

async function measureThroughput(own: Fetch, url: string, kind: Kind): Promise<Round[]> {
  const bare: Fetch = (to, init) => fetch(to, init);
  for (let turn = 0; turn < warmUps; turn++) {
    for (const warmedUp of [bare, own]) await repeat(warmedUp, url, kind);
  }
  async function timed(contender: Fetch): Promise<number> {
    await repeat(contender, url, kind);
    const start = process.cpuUsage();
    await repeat(contender, url, kind);
    const { user, system } = process.cpuUsage(start);
    return (user + system) / kind.times;
  }
  const found: Round[] = [];
  for (let round = 0; round < rounds; round++) {
    found.push({ bare: await timed(bare), own: await timed(own), bareAgain: await timed(bare) });
  }
  return found;
}

const [contender, path, port] = process.argv.slice(2);
const kind = kinds.find((each) => each.path === path)!;
const own = await fetches[contender as FetchName]();
console.log(JSON.stringify(await measureThroughput(own, `http://127.0.0.1:${port}${path}`, kind)));
process.exit();
