/** What a process holds, before and after, and whether that is flat. */
import { getEventListeners } from "node:events";
import { setTimeout as wait } from "node:timers/promises";

/** Something that is done very often, and must leave nothing behind. */
export interface Load {
  readonly name: string;
  /** How often it is done in the full form. */
  readonly calls: number;
  /** How often it is done before anything is counted: what is made once is no leak. @default a tenth of the calls */
  readonly warmUp?: (calls: number) => number;
  /** Makes what is measured, and the function that does it `calls` times. */
  readonly start: () => Promise<Started> | Started;
  /** What the heap may have grown by, in kB, where the state that is to remain is larger than usual. @default 512 */
  readonly mayGrow?: number;
  /** How many keys may be remembered at most: twice the idle ones, and those that were busy. */
  readonly mostKeys?: number;
}

export interface Started {
  readonly run: (calls: number) => Promise<void>;
  /** What is still held: permits, waiting calls, work that has not ended. */
  readonly held: () => number;
  /** The signal that all calls share. */
  readonly signal?: AbortSignal;
  /** How many keys are remembered. */
  readonly keys?: () => number;
  /** Ends what was only there for the measurement. */
  readonly stop?: () => Promise<void>;
}

/** A row of the report. */
export interface Row {
  readonly name: string;
  readonly calls: number;
  readonly seconds: number;
  /** In kB, once everything that can be collected is. */
  readonly heapBefore: number;
  readonly heapAfter: number;
  readonly bytesPerCall: number;
  readonly handles: number;
  readonly listeners: number;
  readonly timers: number;
  readonly held: number;
  readonly keys: number | undefined;
  readonly isFlat: boolean;
}

const tenth = (calls: number): number => Math.ceil(calls / 10);

/** The state that is to remain, and what the engine compiles meanwhile. */
const usualGrowth = 512;

/** Does a load, and looks at the process before and after. */
export async function measure(
  { name, calls, start, warmUp = tenth, mayGrow = usualGrowth, mostKeys = Infinity }: Load,
  share: number,
): Promise<Row> {
  const times = Math.ceil(calls * share);
  const { run, held, keys, signal, stop } = await start();
  await run(warmUp(times));
  const heapBefore = await heap();
  const before = resources();
  const begin = performance.now();
  await run(times);
  const seconds = (performance.now() - begin) / 1_000;
  const heapAfter = await heap();
  const after = resources();
  const listeners = signal ? getEventListeners(signal, "abort").length : 0;
  const handles = after.handles - before.handles;
  const timers = after.timers - before.timers;
  const left = held();
  const remembered = keys?.();
  await stop?.();
  const isFlat =
    heapAfter - heapBefore <= mayGrow &&
    handles <= 0 &&
    timers <= 0 &&
    listeners <= 1 && // the one that waits for the next call
    left === 0 &&
    (remembered ?? 0) <= mostKeys;
  const bytesPerCall = (1_024 * (heapAfter - heapBefore)) / times;
  const growth = { heapBefore, heapAfter, bytesPerCall };
  return { name, calls: times, seconds, ...growth, handles, listeners, timers, held: left, keys: remembered, isFlat };
}

/** The least of a few looks in kB, for what finalisers free takes more than one collection. */
async function heap(): Promise<number> {
  let least = Infinity;
  for (let look = 0; look < 4; look++) {
    await wait(20);
    globalThis.gc?.();
    least = Math.min(least, process.memoryUsage().heapUsed);
  }
  return least / 1_024;
}

/** What keeps the process alive, timers apart from all else. */
function resources(): { handles: number; timers: number } {
  const active = process.getActiveResourcesInfo();
  const timers = active.filter((each) => each === "Timeout" || each === "Immediate").length;
  return { handles: active.length - timers, timers };
}
