/** Measures what a process holds before and after a load, and whether that grows. */
import { getEventListeners } from "node:events";
import { setTimeout as wait } from "node:timers/promises";

/** Something that is done many times, and must leave nothing behind. */
export interface Load {
  readonly name: string;
  /** How many times it is done in the full run. */
  readonly calls: number;
  /** How many times it is done before the measurement, because one-time allocations are not leaks. @default a tenth of the calls */
  readonly warmUp?: (calls: number) => number;
  /** Sets up the load, and returns the function that runs it. */
  readonly start: () => Promise<Started> | Started;
  /** How much the heap may grow, in kB, if more state than usual has to remain. @default 512 */
  readonly mayGrow?: number;
  /** The most keys that may be remembered: twice the idle ones, and those that were busy. */
  readonly mostKeys?: number;
}

export interface Started {
  readonly run: (calls: number) => Promise<void>;
  /** Returns what is still held: permits, waiting calls, work that has not ended. */
  readonly held: () => number;
  /** The signal that all calls share. */
  readonly signal?: AbortSignal;
  /** Returns how many keys are remembered. */
  readonly keys?: () => number;
  /** Cleans up after the measurement. */
  readonly stop?: () => Promise<void>;
}

/** A row of the report. */
export interface Row {
  readonly name: string;
  readonly calls: number;
  readonly seconds: number;
  /** The heap in kB, after garbage collection. */
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

/** How much the heap may grow by default, in kB: state that has to remain, and code that is compiled meanwhile. */
const usualGrowth = 512;

/** Runs a load, and measures the process before and after. */
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

/** Returns the least of several measurements in kB, because finalizers need more than one garbage collection. */
async function heap(): Promise<number> {
  let least = Infinity;
  for (let look = 0; look < 4; look++) {
    await wait(20);
    globalThis.gc?.();
    least = Math.min(least, process.memoryUsage().heapUsed);
  }
  return least / 1_024;
}

/** Returns what keeps the process alive: timers, and everything else. */
function resources(): { handles: number; timers: number } {
  const active = process.getActiveResourcesInfo();
  const timers = active.filter((each) => each === "Timeout" || each === "Immediate").length;
  return { handles: active.length - timers, timers };
}
