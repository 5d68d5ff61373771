/** Time and randomness, injected so that tests can control them. */

/** Tells the time and sets timers. The layers of one pipeline should share one clock. */
export interface Clock {
  /** Returns the current time in milliseconds since the epoch. Never goes backwards. */
  now(): number;
  /**
   * Calls `fn` once after `ms` milliseconds (platform timers may fire up to 1 ms early). Returns a function that cancels the timer.
   * @param unawaited Whether the process may exit while the timer is pending. False by default.
   */
  after(ms: number, fn: () => void, unawaited?: boolean): () => void;
}

/** Returns a number in [0, 1), as `Math.random` does. */
export type Random = () => number;

/** The longest delay that `setTimeout` supports, in ms: a longer one fires immediately. */
const longestTimer = 2 ** 31 - 1;

/** The host's `performance` and its `timeOrigin`, cached: reading the latter each time would more than double the cost of `now`. */
let host: Performance | undefined;
let origin = 0;

/**
 * The real clock. `now` is based on the monotonic clock, so a jump of the wall clock affects no window or deadline, and yet its
 * values are comparable between processes. Globals are looked up on each call, so that a test runner's fake timers work.
 */
export const systemClock: Clock = {
  now() {
    if (host !== performance) {
      host = performance;
      // React Native before 0.83 has no `timeOrigin`, and older fake timers make it a function.
      origin = host.timeOrigin > 0 ? host.timeOrigin : Date.now() - host.now();
    }
    return origin + host.now();
  },
  after(ms, fn, unawaited) {
    if (ms <= longestTimer) {
      const timer = setTimeout(fn, Math.max(0, ms));
      if (unawaited) unreference(timer);
      return () => {
        if (Number.isInteger(ms)) unreference(timer);
        clearTimeout(timer);
      };
    }
    let cancel = (): void => {};
    if (ms < Infinity) {
      const goOn = () => (cancel = systemClock.after(ms - longestTimer, fn, unawaited));
      cancel = systemClock.after(longestTimer, goOn, unawaited);
    }
    return () => cancel();
  },
};

/**
 * Lets the process exit before the timer fires. In Node it also makes cancelling cheaper: cancelling the last timer of a duration
 * discards Node's list for that duration, which costs more than the timer itself, unless the timer was unreferenced. That only pays
 * for whole durations: a fractional one was computed, and is unlikely to recur. In other runtimes a timer may be a plain number.
 */
function unreference(timer: unknown): void {
  (timer as { unref?(): void }).unref?.();
}

/** The real source of randomness. */
export const systemRandom: Random = () => Math.random();
