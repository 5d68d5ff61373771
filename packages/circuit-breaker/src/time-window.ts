/** The trip condition over a window of time. */
import { checkNumber, type Clock } from "@evenkeel/core";
import { rates, Tally, type Counts, type RateOptions, type Rates } from "./rates.ts";
import type { TripCondition, TripRecord } from "./trip-condition.ts";

export interface TimeWindowOptions extends RateOptions {
  /** The length of the window, in ms, >= 1. It moves in steps of a sixteenth, so a call counts for 15/16 to all of it. */
  readonly duration: number;
}

/**
 * Trips when a rate is reached among the calls that ended in the last `duration` milliseconds.
 * @example
 * const breaker = circuitBreaker({ trip: timeWindow({ duration: 60_000, failureRate: 0.5, minimumCalls: 20 }) });
 * @throws {RangeError | TypeError} An option is invalid, or no rate is given.
 */
export function timeWindow({ duration, ...options }: TimeWindowOptions): TripCondition {
  checkNumber("duration", duration, { min: 1, max: Number.MAX_SAFE_INTEGER });
  const limits = rates(options, Number.MAX_SAFE_INTEGER);
  return {
    kind: "time-window",
    slowCallDuration: limits.slowCallDuration,
    start: (clock) => startRecord(duration / slots, limits, clock),
  };
}

/** How many slots a window has: a power of two, so that a slot's index in the ring takes only a mask. More slots move more smoothly. */
const slots = 16;

/** A ring of tallies. Slots are numbered from the epoch, so that they are the same in every process. */
function startRecord(width: number, limits: Rates, clock: Clock): TripRecord {
  const ring: Tally[] = [];
  let slot = -Infinity;

  const tallyOf = (number: number): Tally => ring[number & (slots - 1)]!;

  /** Clears the slots that have left the window, and returns the tally of the current one. */
  function present(): Tally {
    const latest = Math.floor(clock.now() / width);
    for (let i = Math.max(slot + 1, latest - slots + 1); i <= latest; i++) ring[i & (slots - 1)] = new Tally();
    slot = Math.max(slot, latest);
    return tallyOf(slot);
  }

  function total(): Counts {
    const sum = new Tally();
    for (const tally of ring) sum.merge(tally);
    return sum;
  }

  return {
    add(outcome, duration) {
      const mark = limits.mark(outcome, duration);
      present().add(mark, 1);
      return mark === 0 ? undefined : limits.reached(total());
    },
    get isIdle() {
      present();
      const { failures, slowCalls } = total();
      return failures === 0 && slowCalls === 0;
    },
    /** Five numbers for each slot that is not empty: a time within it, calls, failures, timeouts, slow calls. */
    save() {
      present();
      const rows: number[] = [];
      for (let i = slot - slots + 1; i <= slot; i++) {
        const { calls, failures, timeouts, slowCalls } = tallyOf(i);
        if (calls > 0) rows.push((i + 0.5) * width, calls, failures, timeouts, slowCalls);
      }
      return rows;
    },
    load(rows) {
      present();
      for (let i = 0; i < rows.length; i += 5) {
        const [time = 0, calls = 0, failures = 0, timeouts = 0, slowCalls = 0] = rows.slice(i, i + 5);
        // The clock of the writing process may be ahead of ours, so a time in our future counts as now.
        const at = Math.min(slot, Math.floor(time / width));
        if (at > slot - slots) tallyOf(at).merge({ calls, failures, timeouts, slowCalls });
      }
    },
  };
}
