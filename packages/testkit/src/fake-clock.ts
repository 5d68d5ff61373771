/** A clock that only moves when a test advances it. */
import { checkNumber, systemClock, type Clock } from "@evenkeel/core";
import { timers, type Timer } from "./timers.ts";

/** A clock for tests. */
export interface FakeClock extends Clock {
  /**
   * Advances the time by `ms`. Fires the timers that fall due, in order, and lets promises settle before and after each of them.
   * @throws {RangeError | TypeError} `ms` is not a number from 0 to `Number.MAX_SAFE_INTEGER`.
   */
  advance(ms: number): Promise<void>;
  /** Advances the time to the next timer and fires it. Returns `false` if there is none. */
  next(): Promise<boolean>;
  /** The number of pending timers. A timer that is left over is a leak. */
  readonly pending: number;
}

/**
 * Creates a clock that stands still at `start`, in ms since the epoch.
 * @default start 0
 * @throws {RangeError | TypeError} `start` is not a number from 0 to `Number.MAX_SAFE_INTEGER`.
 */
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
      // Not Infinity: no timer could fall due after that.
      const end = now + checkNumber("ms", ms, { max: Number.MAX_SAFE_INTEGER });
      await promisesSettled();
      while (armed.earliest && armed.earliest.at <= end) await fire(armed.earliest);
      now = Math.max(now, end); // calls may overlap, and time never goes backwards
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

/** Waits for a macrotask: until then, every promise that does not depend on time has settled. */
function promisesSettled(): Promise<void> {
  return new Promise((resolve) => setImmediateOrMessage(resolve));
}

/**
 * Not all runtimes have `setImmediate`, and a test may have faked it: its name or its `clock` property shows that. A message is as fast.
 * Jest's jsdom has neither, but a timer.
 */
function setImmediateOrMessage(fn: () => void): void {
  const isReal =
    typeof setImmediate === "function" && setImmediate.name === "setImmediate" && !("clock" in setImmediate);
  if (isReal) setImmediate(fn);
  else if (typeof MessageChannel === "function") {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      fn();
    };
    port2.postMessage(undefined);
  } else systemClock.after(0, fn);
}
