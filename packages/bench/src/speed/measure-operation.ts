/**
 * Times one operation of one contender, in turns with its floor, because only ratios within one process are meaningful on a shared
 * machine: `node measure-operation.ts CONTENDER OPERATION`
 */
import { measure } from "mitata";
import { load, type ContenderId } from "./contenders.ts";
import { median } from "../median.ts";
import { check, floorOf, type OperationId, type Timed } from "./operations.ts";

/** The results of one process. */
export interface Measurement {
  /** Nanoseconds per call, the median of the rounds' medians, and the same for the floor. */
  readonly time: number;
  readonly floorTime: number;
  /** The ratio to the floor of the same rounds. */
  readonly ratio: number;
  /** The ratio of the floor to itself in the same rounds: the noise. */
  readonly floorToFloor: number;
}

const rounds = 4;
/** Each sample is a batch already. Garbage collection is not forced, so that allocations cost what they normally cost. */
const effort = { gc: false, min_cpu_time: 50e6, min_samples: 6, max_samples: 10_000, batch_threshold: 0 };
/** The number of calls in a batch, and the time in ms that may limit it. */
const [most, longest] = [1_000, 30];

const AsyncFunction = (async () => {}).constructor as new (...text: string[]) => (timed: Timed) => Promise<void>;
let batches = 0;

/**
 * Creates a batch: a loop that only awaits calls, one after another. Its source text is unique, because loops with the same text share
 * the type feedback that V8 has collected.
 */
async function batchOf(timed: Timed): Promise<{ calls: number; run: () => Promise<void> }> {
  const begin = performance.now();
  let calls = 0;
  for (; calls < most && performance.now() - begin < longest; calls++) await timed();
  const loop = new AsyncFunction(
    "timed",
    `/* ${batches++} */ for (let call = 0; call < ${calls}; call++) await timed();`,
  );
  return { calls, run: () => loop(timed) };
}

async function measureOperation(contender: ContenderId, operation: OperationId): Promise<Measurement> {
  const timed = await (await load(contender)).does[operation]!();
  await check(operation, timed);
  const [floor, own] = [await batchOf(floorOf(operation)), await batchOf(timed)];
  const time = async ({ calls, run }: typeof own): Promise<number> => (await measure(run, { ...effort })).p50 / calls;
  for (let turn = 0; turn < 2; turn++) {
    await time(floor);
    await time(own);
  }
  const found: Measurement[] = [];
  let before = await time(floor);
  for (let round = 0; round < rounds; round++) {
    const ownTime = await time(own);
    const after = await time(floor);
    const floorTime = (before + after) / 2;
    found.push({ time: ownTime, floorTime, ratio: ownTime / floorTime, floorToFloor: after / before });
    before = after;
  }
  await check(operation, timed);
  const middle = (field: keyof Measurement): number => median(found.map((each) => each[field]));
  return {
    time: middle("time"),
    floorTime: middle("floorTime"),
    ratio: middle("ratio"),
    floorToFloor: middle("floorToFloor"),
  };
}

const [contender, operation] = process.argv.slice(2);
console.log(JSON.stringify(await measureOperation(contender as ContenderId, operation as OperationId)));
process.exit();
