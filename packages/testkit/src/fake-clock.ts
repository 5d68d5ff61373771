/** Time that moves only when a test says so. */
import { checkNumber, type Clock } from "@evenkeel/core";
import { timers, type Timer } from "./timers.ts";

/** A clock for tests. */
export interface FakeClock extends Clock {
  /** Moves time on by `ms`, firing what falls due in order, and lets promises settle before and after each timer. */
  advance(ms: number): Promise<void>;
  /** Moves time on to the next timer and fires it. Returns `false` when there is none. */
  next(): Promise<boolean>;
  /** How many timers are armed: a leak shows here. */
  readonly pending: number;
}

/** Makes a clock that starts at `start` (ms since the epoch) and stands still. @default start 0 */
export function fakeClock(start = 0): FakeClock {
  let now = checkNumber("start", start, { max: Number.MAX_SAFE_INTEGER });
  const armed = timers();

  async function fire(timer: Timer): Promise<void> {
    armed.disarm(timer);
    now = Math.max(now, timer.at);
    timer.fn();
    await promisesSettled();
  }

  return {
    now: () => now,
    after(ms, fn) {
      const at = now + Math.max(0, ms);
      const timer = at < Infinity ? armed.arm(at, fn) : undefined;
      return () => timer && armed.disarm(timer);
    },
    async advance(ms) {
      // At the end of time no timer would ever fall due again.
      const end = now + checkNumber("ms", ms, { max: Number.MAX_SAFE_INTEGER });
      await promisesSettled();
      while (armed.earliest && armed.earliest.at <= end) await fire(armed.earliest);
      now = Math.max(now, end); // moves may overlap, and time never goes back
    },
    async next() {
      await promisesSettled();
      const timer = armed.earliest;
      if (timer) await fire(timer);
      return timer !== undefined;
    },
    get pending() {
      return armed.size;
    },
  };
}

/** A macrotask later every promise that can settle without time has done so. */
function promisesSettled(): Promise<void> {
  return new Promise((resolve) => setImmediateOrMessage(resolve));
}

/** Only Node has `setImmediate`, and a test may have faked it, which leaves a `clock` or another name on it; a message comes as soon. */
function setImmediateOrMessage(fn: () => void): void {
  const isReal =
    typeof setImmediate === "function" && setImmediate.name === "setImmediate" && !("clock" in setImmediate);
  if (isReal) setImmediate(fn);
  else {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      fn();
    };
    port2.postMessage(undefined);
  }
}
