/** Waits in real time, because the clients of a server are real even if a test fakes the clock. */
import { setImmediate, setTimeout } from "node:timers/promises";

/** Saved at load time: in CommonJS, an import is looked up at each use, and a test may have faked it by then. */
const [turn, wait] = [setImmediate, setTimeout];

/** The longest delay that `setTimeout` supports, 24 days in ms: a longer one fires immediately. */
const longestTimer = 2 ** 31 - 1;

/**
 * Waits `ms` milliseconds; `Infinity` waits for 24 days.
 * @throws {Error} An `AbortError`, as soon as the signal aborts.
 */
export function realPause(ms: number, signal?: AbortSignal): Promise<void> {
  return wait(Math.min(ms, longestTimer), undefined, { signal });
}

/** Waits one turn of the event loop. */
export function nextTurn(): Promise<void> {
  return turn();
}
