/** Collects garbage, and lets everyone hear of it. */
export async function collectGarbage(): Promise<void> {
  // What is collected tells its registry a task later, and what was kept by it goes the next time.
  for (let turn = 0; turn < 2; turn++) {
    await task();
    globalThis.gc!();
  }
  await task();
}

/** Returns how many bytes each of `count` calls leaves behind. What does not grow again is a table's capacity, and no leak. */
export async function leftBehind(count: number, call: () => unknown): Promise<number> {
  const heaps: number[] = [];
  for (let run = 0; run < 4; run++) {
    for (let time = 0; time < count; time++) {
      call();
      if (time % 1_000 === 0) await task();
    }
    await collectGarbage();
    heaps.push(process.memoryUsage().heapUsed);
  }
  const growth = heaps.slice(1).map((heap, run) => (heap - heaps[run]!) / count);
  return Math.min(...growth);
}

/** Lets everything happen that can happen without time: weak references hold on to what they were asked for until then. */
export function task(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
