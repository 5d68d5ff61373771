/** Opens a circuit after failures in a row. */
import { checkNumber } from "@evenkeel/core";
import type { TripCondition, TripRecord } from "./trip-condition.ts";

/**
 * Trips after so many failures in a row; any success begins the count anew.
 * @param failures How many failures, an integer >= 1.
 * @example
 * const breaker = circuitBreaker({ trip: consecutive(5) });
 * @throws {RangeError | TypeError} `failures` is no integer >= 1.
 */
export function consecutive(failures: number): TripCondition {
  checkNumber("failures", failures, { integer: true, min: 1 });
  return { kind: "consecutive", slowCallDuration: Infinity, start: () => startRecord(failures) };
}

function startRecord(limit: number): TripRecord {
  let failures = 0;
  return {
    add(outcome) {
      failures = outcome === "success" ? 0 : failures + 1;
      return failures >= limit ? "consecutive" : undefined;
    },
    get isIdle() {
      return failures === 0;
    },
    save: () => [failures],
    load: ([saved = 0]) => void (failures = saved),
  };
}
