/** Counts what one operation of one contender allocates: `node measure-memory.ts CONTENDER OPERATION` */
import { load, type ContenderId } from "./contenders.ts";
import { median } from "../median.ts";
import { check, floorOf, type OperationId, type Timed } from "./operations.ts";

/** What one process found out: bytes a call, whether they were kept or not. */
export interface MemoryMeasurement {
  readonly own: number;
  readonly floor: number;
}

/** Milliseconds until V8 has optimised what is called: before that it allocates more. */
const warmUp = 200;
/** How many calls a sample has: fewer of those that are slow. */
const [most, sampleTime] = [1_000, 50];

/** The heap's growth over calls between which nothing is collected, for this process is given room. */
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
