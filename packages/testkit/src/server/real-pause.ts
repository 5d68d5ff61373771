/** Waits in real time, for servers: their clients are real, whatever clock a test fakes. */
import { setTimeout as wait } from "node:timers/promises";

/** The longest delay that timers take, which is 24 days: a longer one would be over at once. */
const longestTimer = 2 ** 31 - 1;

/**
 * Waits `ms` milliseconds, which may be `Infinity`.
 * @throws {Error} An `AbortError`, as soon as the signal aborts.
 */
export function realPause(ms: number, signal: AbortSignal): Promise<void> {
  return wait(Math.min(ms, longestTimer), undefined, { signal });
}
