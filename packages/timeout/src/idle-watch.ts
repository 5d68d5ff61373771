/** The timing of idle limits, for one stream with one reader. */
import type { Clock } from "@evenkeel/core";
import { TimeoutError } from "./timeout-error.ts";

/** The idle limits of a stream, in ms; `Infinity` for none. */
export interface IdleLimits {
  /** The longest time that the reader waits for the first progress. */
  readonly first: number;
  /** The longest time that the reader waits between two chunks of progress. */
  readonly gap: number;
  /** The longest time that the stream goes unread. */
  readonly unread: number;
}

/** Is told what happens to a stream, and expires when a limit is exceeded. */
export interface IdleWatch {
  /** Call this when the reader starts to wait for a chunk. */
  reading(): void;
  /** Call this when a chunk has been read, waited for or not; `progress` is false for a keep-alive such as a ping. */
  read(progress: boolean): void;
  /** Call this when the stream has ended. The watch then never expires. */
  stop(): void;
}

/**
 * The longest time, in ms, that a timer keeps the process running. A reader that stops waiting leaves its timer as it is, because a new
 * one for each chunk would cost more than the chunk, and may never read again.
 */
const longestHold = 1_000;

/** Starts a watch, given what to call when it expires. */
export type StartIdleWatch = (expire: (error: TimeoutError) => void) => IdleWatch;

/**
 * Watches a stream until it is stopped or exceeds a limit; then `expire` is called, once. The time before the first read counts as
 * unread. There is a single timer, set anew only when it fires or a limit moves closer: a timer per chunk would cost more than the chunk.
 */
export function idleWatch(
  { first, gap, unread }: IdleLimits,
  clock: Clock,
  expire: (error: TimeoutError) => void,
): IdleWatch {
  let label: "first-content" | "gap" | "unread";
  let limit: number;
  let since: number;
  /** How long the reader had already waited for progress when the last chunk came; 0 if that was progress. */
  let waited = 0;
  let progressed = false;
  let firesAt = Infinity;
  let isLastCheck = false;
  let isUnawaited = false;
  let cancel = (): void => {};

  function enter(nextLabel: typeof label, nextLimit: number, start: number): void {
    label = nextLabel;
    limit = nextLimit;
    since = start;
    const at = since + limit;
    // While a reader waits the process must not exit, so an unawaited timer is replaced, at its own time: else each chunk would set two.
    if (at < firesAt || (isUnawaited && label !== "unread")) arm(Math.min(at, firesAt));
  }

  function arm(at: number): void {
    cancel();
    const now = clock.now();
    isUnawaited = label === "unread"; // a body that nobody reads should not keep the process running
    firesAt = isUnawaited || at === Infinity ? at : Math.min(at, now + longestHold);
    cancel = clock.after(Math.max(0, firesAt - now), fired, isUnawaited);
  }

  function fired(): void {
    const isDue = clock.now() >= since + limit;
    if (isDue && isLastCheck) {
      stop();
      return expire(new TimeoutError(limit, label));
    }
    // Checks once more: if the process was too busy to read, chunks that have arrived are delivered before the next timer fires.
    isLastCheck = isDue;
    arm(since + limit);
  }

  function stop(): void {
    cancel();
    firesAt = -Infinity; // no limit comes before it, so nothing is armed any more
    isUnawaited = false;
  }

  enter("unread", unread, clock.now());
  return {
    reading() {
      const start = clock.now() - waited;
      if (progressed) enter("gap", gap, start);
      else enter("first-content", first, start);
    },
    read(progress) {
      const now = clock.now();
      waited = progress ? 0 : label === "unread" ? waited : now - since;
      progressed ||= progress;
      enter("unread", unread, now);
    },
    stop,
  };
}
