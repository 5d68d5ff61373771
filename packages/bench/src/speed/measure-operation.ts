/**
 * Times one operation of one contender in this process, in turns with its floor: only ratios within one process mean anything on a shared
 * machine. `node measure-operation.ts CONTENDER OPERATION`
 */
import { measure } from "mitata";
import { load, type ContenderId } from "./contenders.ts";
import { median } from "./median.ts";
import { check, floorOf, type OperationId, type Timed } from "./operations.ts";

/** What one process found out. */
export interface Measurement {
  /** Nanoseconds a call, the median of the rounds' medians, and the floor's beside it. */
  readonly time: number;
  readonly floorTime: number;
  /** To the floor beside it. */
  readonly ratio: number;
  /** The floor to itself, measured in the same rounds: how far noise alone goes. */
  readonly floorToFloor: number;
}

const rounds = 5;
/** Patient with the first calls, which are slow: what the harness takes for slow it times one by one, and a clock's reading with each. */
const effort = { min_cpu_time: 50e6, min_samples: 6, warmup_samples: 20, warmup_threshold: 50e6 };
/** Another each time, because it stands in the text of the harness's loop: the same text would share what V8 learnt of other functions. */
let most = 10_000;

async function measureOperation(contender: ContenderId, operation: OperationId): Promise<Measurement> {
  const timed = await (await load(contender)).does[operation]!();
  const floor = floorOf(operation);
  await check(operation, timed);
  // Handed to the harness as it is: the harness awaits it in a loop of its own, and nothing stands between.
  const time = async (fn: Timed): Promise<number> => (await measure(fn, { ...effort, max_samples: most-- })).p50;
  await time(floor);
  await time(timed);
  const found: Measurement[] = [];
  let before = await time(floor);
  for (let round = 0; round < rounds; round++) {
    const own = await time(timed);
    const after = await time(floor);
    const floorTime = (before + after) / 2;
    found.push({ time: own, floorTime, ratio: own / floorTime, floorToFloor: after / before });
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
