/** The trip condition for consecutive failures. */
import { checkNumber, type Clock } from "@evenkeel/core";
import { staleAfter } from "./stale-after.ts";
import type { TripCondition, TripRecord } from "./trip-condition.ts";

/**
 * Trips after a number of failures in a row. Any success resets the count.
 * @param failures The number of failures, an integer >= 1.
 * @example
 * const breaker = circuitBreaker({ trip: consecutive(5) });
 * @throws {RangeError | TypeError} `failures` is not an integer >= 1.
 */
export function consecutive(failures: number): TripCondition {
  checkNumber("failures", failures, { integer: true, min: 1 });
  return { kind: "consecutive", slowCallDuration: Infinity, start: (clock) => startRecord(failures, clock) };
}

function startRecord(limit: number, clock: Clock): TripRecord {
  let failures = 0;
  let failedAt = 0;

  function count(total: number): void {
    failures = total;
    if (total > 0) failedAt = clock.now();
  }

  return {
    add(outcome) {
      count(outcome === "success" ? 0 : failures + 1);
      return failures >= limit ? "consecutive" : undefined;
    },
    get isIdle() {
      return failures === 0 || clock.now() >= failedAt + staleAfter;
    },
    save: () => [failures],
    load: ([saved = 0]) => count(saved),
  };
}
