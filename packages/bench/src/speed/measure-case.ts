/** Measures one case in this process, interleaved with its floor: only ratios within one process mean anything on a shared machine. */
import { measure } from "mitata";
import { cases, type Make } from "./cases.ts";

/** What one process found out. */
export interface Measurement {
  /** Nanoseconds a call, the median of the rounds' medians. */
  readonly time: number;
  /** To the floor beside it. */
  readonly ratio: number;
  /** The floor to itself, measured in the same rounds: how far noise alone goes. */
  readonly floorToFloor: number;
  /** Bytes allocated a call. */
  readonly bytes: number;
}

const rounds = 5;
const effort = { min_cpu_time: 60e6, warmup_samples: 2, min_samples: 8, max_samples: 1e4 };
const bareFloor: Make = () => async () => 42;

async function measureCase({ make, floor = bareFloor }: (typeof cases)[number]): Promise<Measurement> {
  const [contender, bare] = [await make(), await floor()];
  const time = async (fn: () => unknown): Promise<number> => (await measure(async () => await fn(), effort)).p50;
  await time(bare);
  await time(contender);
  const found: { time: number; ratio: number; floorToFloor: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    const before = await time(bare);
    const own = await time(contender);
    const after = await time(bare);
    found.push({ time: own, ratio: (2 * own) / (before + after), floorToFloor: after / before });
  }
  return {
    time: median(found.map((each) => each.time)),
    ratio: median(found.map((each) => each.ratio)),
    floorToFloor: median(found.map((each) => each.floorToFloor)),
    bytes: await bytesOf(contender),
  };
}

/** The heap's growth over calls between which nothing was collected. */
async function bytesOf(fn: () => unknown): Promise<number> {
  const calls = 1_000;
  const samples: number[] = [];
  for (let sample = 0; sample < 9; sample++) {
    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed;
    for (let call = 0; call < calls; call++) await fn();
    samples.push((process.memoryUsage().heapUsed - before) / calls);
  }
  return median(samples);
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? NaN;
}

const index = process.argv[2];
if (index !== undefined && process.argv[1]?.endsWith("measure-case.ts")) {
  console.log(JSON.stringify(await measureCase(cases[Number(index)]!)));
  process.exit();
}
