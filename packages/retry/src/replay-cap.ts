/** Caps what is paid for twice. */
import { checkFunction, checkNumber, systemClock, type Clock } from "@evenkeel/core";
import type { Replay } from "./replay.ts";

export interface ReplayCapOptions {
  /** How often one logical call may be sent again after a failure that may have been billed. @default Infinity */
  readonly perCall?: number | undefined;
  /** How often all calls together may, within `interval`. @default Infinity */
  readonly limit?: number | undefined;
  /** Milliseconds. @default 3_600_000, an hour */
  readonly interval?: number | undefined;
  /** Tells the time. @default systemClock */
  readonly clock?: Clock | undefined;
}

/**
 * Makes a rule for `replay` that allows what costs nothing, and of what may be billed twice only so much: per call, and per rolling
 * interval over all calls that share the rule. The last real failure surfaces where it says no.
 * @example
 * const careful = retry({ replay: replayCap({ perCall: 1, limit: 100 }) });
 * @throws {RangeError | TypeError} An option is out of range.
 */
export function replayCap({
  perCall = Infinity,
  limit = Infinity,
  interval = 3_600_000,
  clock = systemClock,
}: ReplayCapOptions = {}): Replay {
  checkNumber("perCall", perCall, { integer: true });
  checkNumber("limit", limit, { integer: true });
  checkNumber("interval", interval, { exclusive: true });
  checkFunction("clock.now", clock?.now);
  const ofCall = new WeakMap<object, number>();
  /** When the last `limit` replays were allowed, the next to be overwritten being the oldest. */
  const times: number[] = [];
  let next = 0;

  return function replayCap({ processed }, _error, { work }) {
    if (processed === "no") return true;
    const replays = ofCall.get(work.root) ?? 0;
    if (replays >= perCall || limit === 0) return false;
    const now = clock.now();
    if (limit < Infinity) {
      if (now - (times[next] ?? -Infinity) < interval) return false;
      times[next] = now;
      next = (next + 1) % limit;
    }
    ofCall.set(work.root, replays + 1);
    return true;
  };
}
