/** The trip condition over a window of the last calls. */
import { checkNumber, type Clock } from "@evenkeel/core";
import { anyMark, rates, Tally, type RateOptions, type Rates } from "./rates.ts";
import { staleAfter } from "./stale-after.ts";
import type { TripCondition, TripRecord } from "./trip-condition.ts";

export interface CountWindowOptions extends RateOptions {
  /** The number of calls in the window, an integer >= 1. Each circuit needs that many bytes. */
  readonly size: number;
}

/**
 * Trips when a rate is reached among the last `size` calls, however old they are.
 * @example
 * const breaker = circuitBreaker({ trip: countWindow({ size: 100, failureRate: 0.5, timeoutRate: 0.3 }) });
 * @throws {RangeError | TypeError} An option is invalid, or no rate is given.
 */
export function countWindow({ size, ...options }: CountWindowOptions): TripCondition {
  checkNumber("size", size, { integer: true, min: 1, max: 2 ** 32 - 1 });
  const limits = rates(options, size);
  return {
    kind: "count-window",
    slowCallDuration: limits.slowCallDuration,
    start: (clock) => startRecord(size, limits, clock),
  };
}

/** A ring of marks and their running tally (resilience4j's fixed-size sliding window). */
function startRecord(size: number, limits: Rates, clock: Clock): TripRecord {
  const ring = new Uint8Array(size);
  const tally = new Tally();
  let next = 0;
  let markedAt = 0;

  function push(mark: number): void {
    if (tally.calls === size) tally.add(ring[next]!, -1);
    ring[next] = mark;
    next = next + 1 === size ? 0 : next + 1;
    tally.add(mark, 1);
  }

  return {
    add(outcome, duration) {
      const mark = limits.mark(outcome, duration);
      push(mark);
      if (mark === 0) return undefined;
      markedAt = clock.now();
      return limits.reached(tally);
    },
    get isIdle() {
      const isClean = tally.failures === 0 && tally.slowCalls === 0;
      return isClean || clock.now() >= markedAt + staleAfter;
    },
    /** Runs of equal marks, the oldest first: mark, length, mark, length... */
    save() {
      const runs: number[] = [];
      for (let i = size - tally.calls; i < size; i++) {
        const mark = ring[(next + i) % size]!;
        if (runs.at(-2) === mark) runs[runs.length - 1]!++;
        else runs.push(mark, 1);
      }
      return runs;
    },
    load(runs) {
      markedAt = clock.now();
      for (let i = 0; i < runs.length; i += 2) {
        const mark = runs[i]! & anyMark;
        for (let length = Math.min(runs[i + 1] ?? 0, size); length > 0; length--) push(mark);
      }
    },
  };
}
