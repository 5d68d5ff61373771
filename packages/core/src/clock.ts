/** Time and chance, injected, so that tests own them. */

/** Tells the time and waits. The layers of one pipeline share one clock. */
export interface Clock {
  /** Returns the current time in milliseconds since the epoch; it never goes back. */
  now(): number;
  /**
   * Calls `fn` once after `ms` milliseconds (a timer of the platform may be one early), unless the returned function is called first.
   * What is `unawaited` does not keep the process from ending.
   */
  after(ms: number, fn: () => void, unawaited?: boolean): () => void;
}

/** Returns a number in [0, 1), as `Math.random` does. */
export type Random = () => number;

/** The longest delay that `setTimeout` takes: a longer one would fire at once. */
const longestTimer = 2 ** 31 - 1;

/** The host's `performance`, and its `timeOrigin`: to ask for that each time would more than double the price of `now`. */
let host: Performance | undefined;
let origin = 0;

/**
 * The real clock. `now` derives from the monotonic clock: a jump of the wall clock breaks no window and no deadline,
 * and yet its values mean something to another process. Globals are looked up at each call, so that fake timers work.
 */
export const systemClock: Clock = {
  now() {
    if (host !== performance) {
      host = performance;
      // Older versions of React Native know no origin.
      origin = host.timeOrigin ?? Date.now() - host.now();
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
 * Lets the process end before the timer fires. It makes cancelling cheaper, too: with the last timer of a duration goes Node's list of
 * that duration, at more than the timer's own price, unless the timer was unreferenced. A duration that is no whole number was
 * computed, and will not come again. Other runtimes' timers are numbers.
 */
function unreference(timer: unknown): void {
  (timer as { unref?(): void }).unref?.();
}

/** The real source of chance. */
export const systemRandom: Random = () => Math.random();
