/** Caps how much work may be billed twice. */
import { checkFunction, checkNumber, checkOptions, systemClock, type Clock } from "@evenkeel/core";
import type { Replay } from "./replay.ts";

export interface ReplayCapOptions {
  /** How often one logical call may be repeated after an attempt that may have been billed. @default Infinity */
  readonly perCall?: number | undefined;
  /** How many such repetitions all calls together may make within `interval`. @default Infinity */
  readonly limit?: number | undefined;
  /** The length of the rolling window for `limit`, in ms. @default 3_600_000, an hour */
  readonly interval?: number | undefined;
  /** Tells the time. @default systemClock */
  readonly clock?: Clock | undefined;
}

/**
 * Returns a rule for the option `replay`. It always allows repeating an attempt that was surely not processed, and limits how often
 * others, which may be billed twice, are repeated: per call, and per interval over all calls that share the rule.
 * @example
 * const careful = retry({ replay: replayCap({ perCall: 1, limit: 100 }) });
 * @throws {RangeError | TypeError} An option is invalid.
 */
export function replayCap({
  perCall = Infinity,
  limit = Infinity,
  interval = 3_600_000,
  clock = systemClock,
}: ReplayCapOptions = {}): Replay {
  checkOptions(arguments[0]);
  checkNumber("perCall", perCall, { integer: true });
  checkNumber("limit", limit, { integer: true });
  checkNumber("interval", interval, { exclusive: true });
  checkFunction("clock.now", clock?.now);
  const replaysOf = new WeakMap<object, number>();
  /** A ring of the times at which the last `limit` replays were allowed: `next` is the index of the oldest. */
  const times: number[] = [];
  let next = 0;

  return function replayCap({ processed }, _error, { work }) {
    if (processed === "no") return true;
    const replays = replaysOf.get(work.root) ?? 0;
    if (replays >= perCall || limit === 0) return false;
    const now = clock.now();
    if (limit < Infinity) {
      if (now - (times[next] ?? -Infinity) < interval) return false;
      times[next] = now;
      next = (next + 1) % limit;
    }
    replaysOf.set(work.root, replays + 1);
    return true;
  };
}
