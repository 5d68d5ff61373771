/** Measures how much one operation of one contender allocates: `node measure-memory.ts CONTENDER OPERATION` */
import { load, type ContenderId } from "./contenders.ts";
import { median } from "../median.ts";
import { check, floorOf, type OperationId, type Timed } from "./operations.ts";

/** The results of one process: bytes allocated per call, retained or not. */
export interface MemoryMeasurement {
  readonly own: number;
  readonly floor: number;
}

/** The warm-up in milliseconds: V8 allocates more before it has optimised the code. */
const warmUp = 200;
/** The number of calls in a sample, and its time in ms, which limits the number of slow calls. */
const [most, sampleTime] = [1_000, 50];

/** The growth of the heap per call. The process has a young generation so large that nothing is collected meanwhile. */
async function allocated(timed: Timed): Promise<number> {
  const start = performance.now();
  let warm = 0;
  for (; performance.now() - start < warmUp; warm++) await timed();
  const calls = Math.ceil(Math.min(most, (warm * sampleTime) / warmUp));
  const samples: number[] = [];
  for (let sample = 0; sample < 9; sample++) {
    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed;
    for (let call = 0; call < calls; call++) await timed();
    samples.push((process.memoryUsage().heapUsed - before) / calls);
  }
  return median(samples);
}

async function measureMemory(contender: ContenderId, operation: OperationId): Promise<MemoryMeasurement> {
  const timed = await (await load(contender)).does[operation]!();
  const found = { own: await allocated(timed), floor: await allocated(floorOf(operation)) };
  await check(operation, timed);
  return found;
}

const [contender, operation] = process.argv.slice(2);
console.log(JSON.stringify(await measureMemory(contender as ContenderId, operation as OperationId)));
process.exit();
