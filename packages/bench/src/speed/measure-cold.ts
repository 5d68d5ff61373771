/** Measures the first calls of a pipeline in a process, without warm-up: `node measure-cold.ts CONTENDER` */
import { median } from "../median.ts";
import { load, type ContenderId } from "./contenders.ts";
import { check } from "./operations.ts";

/** The results of one process. */
export interface ColdMeasurement {
  /** The time of the first call, in nanoseconds. */
  readonly first: number;
  /** The mean time and allocation of calls 2 to 101, in nanoseconds and bytes. */
  readonly next: number;
  readonly bytes: number;
  /** The median time of these calls, in nanoseconds: V8 compiles during some of them. */
  readonly median: number;
}

async function measureCold(contender: ContenderId): Promise<ColdMeasurement> {
  const timed = await (await load(contender)).does.pipeline!();
  const calls = 100;
  const begin = performance.now();
  await timed();
  const first = performance.now() - begin;
  const ends = new Float64Array(calls);
  const before = process.memoryUsage().heapUsed;
  const start = performance.now();
  for (let call = 0; call < calls; call++) {
    await timed();
    ends[call] = performance.now();
  }
  const bytes = process.memoryUsage().heapUsed - before;
  const times = Array.from(ends, (end, call) => end - (ends[call - 1] ?? start));
  await check("pipeline", timed);
  return {
    first: first * 1e6,
    next: ((ends.at(-1)! - start) * 1e6) / calls,
    bytes: bytes / calls,
    median: median(times) * 1e6,
  };
}

console.log(JSON.stringify(await measureCold(process.argv[2] as ContenderId)));
process.exit();
