/** The timing of idle limits, for one stream with one reader. */
import type { Clock } from "@evenkeel/core";
import { LazyTimer } from "./lazy-timer.ts";
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

/** Starts a watch, given what to call when it expires. */
export type StartIdleWatch = (expire: (error: TimeoutError) => void) => IdleWatch;

/**
 * Watches a stream until it is stopped or exceeds a limit; then `expire` is called, once. The time before the first read counts as
 * unread.
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
  const timer = new LazyTimer(clock, () => expire(new TimeoutError(limit, label)));

  function enter(nextLabel: typeof label, nextLimit: number, start: number): void {
    label = nextLabel;
    limit = nextLimit;
    since = start;
    // A body that nobody reads should not keep the process running.
    timer.move(since + limit, label === "unread");
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
    stop: () => timer.stop(),
  };
}
