/** Time that moves only when a test says so. */
import { checkNumber, type Clock } from "@evenkeel/core";

/** A clock for tests. */
export interface FakeClock extends Clock {
  /** Moves time on by `ms`, firing what falls due in order, and lets promises settle before and after each timer. */
  advance(ms: number): Promise<void>;
  /** Moves time on to the next timer and fires it. Returns `false` when there is none. */
  next(): Promise<boolean>;
  /** How many timers are armed: a leak shows here. */
  readonly pending: number;
}

interface Timer {
  readonly at: number;
  readonly fn: () => void;
}

/** Makes a clock that starts at `start` (ms since the epoch) and stands still. @default start 0 */
export function fakeClock(start = 0): FakeClock {
  let now = checkNumber("start", start);
  const timers = new Set<Timer>();

  function earliest(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of timers) if (!first || timer.at < first.at) first = timer;
    return first;
  }

  async function fire(timer: Timer): Promise<void> {
    timers.delete(timer);
    now = Math.max(now, timer.at);
    timer.fn();
    await promisesSettled();
  }

  return {
    now: () => now,
    after(ms, fn) {
      const timer = { at: now + Math.max(0, ms), fn };
      if (timer.at < Infinity) timers.add(timer);
      return () => void timers.delete(timer);
    },
    async advance(ms) {
      const end = now + checkNumber("ms", ms);
      await promisesSettled();
      for (let timer = earliest(); timer && timer.at <= end; timer = earliest()) await fire(timer);
      now = end;
    },
    async next() {
      await promisesSettled();
      const timer = earliest();
      if (timer) await fire(timer);
      return timer !== undefined;
    },
    get pending() {
      return timers.size;
    },
  };
}

/** A macrotask later every promise that can settle without time has done so. */
function promisesSettled(): Promise<void> {
  return new Promise((resolve) => setImmediateOrTimeout(resolve));
}

/** Only Node has `setImmediate`; elsewhere a message comes as soon. */
function setImmediateOrTimeout(fn: () => void): void {
  if (typeof setImmediate === "function") setImmediate(fn);
  else {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      fn();
    };
    port2.postMessage(undefined);
  }
}
