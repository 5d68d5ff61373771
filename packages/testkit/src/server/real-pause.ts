/** Waits in real time, for servers: their clients are real, whatever clock a test fakes. */
import { setImmediate, setTimeout } from "node:timers/promises";

/** Kept as they are now: where the package is required, an import is looked up at each use, and a test may have faked it. */
const [turn, wait] = [setImmediate, setTimeout];

/** The longest delay that timers take, which is 24 days: a longer one would be over at once. */
const longestTimer = 2 ** 31 - 1;

/**
 * Waits `ms` milliseconds, which may be `Infinity`.
 * @throws {Error} An `AbortError`, as soon as the signal aborts.
 */
export function realPause(ms: number, signal?: AbortSignal): Promise<void> {
  return wait(Math.min(ms, longestTimer), undefined, { signal });
}

/** Waits one turn of the event loop. */
export function nextTurn(): Promise<void> {
  return turn();
}
