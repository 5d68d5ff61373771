/** Measures many concurrent calls: `node measure-crowd.ts CONTENDER CROWD SIZE` */
import { setImmediate } from "node:timers/promises";
import { load, type ContenderId } from "./contenders.ts";
import type { CrowdId } from "./crowds.ts";
import { median } from "../median.ts";

/** The results of one process, per call. */
export interface CrowdMeasurement {
  /** Nanoseconds to start all calls, and from then until all have settled. */
  readonly start: number;
  readonly settle: number;
  /** Bytes held while all calls are pending, and after all have settled. */
  readonly bytes: number;
  readonly bytesLeft: number;
  /** How many timers are left in the process afterwards, in total. */
  readonly timersLeft: number;
}

type Run = (operation: () => Promise<number>) => PromiseLike<unknown>;

/** Runs one crowd. `look` is called while all calls are pending. It is optional because a garbage collection would distort the times. */
async function gather(run: Run, size: number, look = (): void => {}): Promise<{ start: number; settle: number }> {
  let open = (_answer: number): void => {};
  const gate = new Promise<number>((resolve) => (open = resolve));
  const operation = (): Promise<number> => gate;
  const calls: PromiseLike<unknown>[] = [];
  const begin = performance.now();
  for (let call = 0; call < size; call++) calls.push(run(operation));
  const started = performance.now();
  look();
  const opened = performance.now();
  open(42);
  const outcomes = await Promise.all(calls);
  const settled = performance.now();
  if (outcomes.some((outcome) => outcome !== 42)) throw new Error("Expected every call to be answered");
  return { start: ((started - begin) * 1e6) / size, settle: ((settled - opened) * 1e6) / size };
}

/** Returns the size of the heap after garbage collection. Some objects only become unreachable after a turn of the event loop. */
async function heapInPeace(): Promise<number> {
  heap();
  await setImmediate();
  return heap();
}

function heap(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;

async function measureCrowd(contender: ContenderId, crowd: CrowdId, size: number): Promise<CrowdMeasurement> {
  const run = (await load(contender)).crowds![crowd]!(size);
  await repeatFor(300, 50, () => gather(run, Math.min(size, 1_000)));

  const [before, timersBefore] = [await heapInPeace(), timers()];
  let held = 0;
  await gather(run, size, () => (held = heap() - before));
  const [left, timersLeft] = [(await heapInPeace()) - before, timers() - timersBefore];

  const rounds = await repeatFor(700, 20, () => gather(run, size));
  return {
    start: median(rounds.map(({ start }) => start)),
    settle: median(rounds.map(({ settle }) => settle)),
    bytes: held / size,
    bytesLeft: left / size,
    timersLeft,
  };
}

/** Repeats `work`, at least once, until `ms` have passed or it was done `most` times. */
async function repeatFor<T>(ms: number, most: number, work: () => Promise<T>): Promise<T[]> {
  const start = performance.now();
  const results: T[] = [];
  do results.push(await work());
  while (results.length < most && performance.now() - start < ms);
  return results;
}

const [contender, crowd, size] = process.argv.slice(2);
console.log(JSON.stringify(await measureCrowd(contender as ContenderId, crowd as CrowdId, Number(size))));
process.exit();
