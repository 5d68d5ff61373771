/** Watches one reader of one stream, with a single timer however many chunks come. */
import type { Clock } from "@evenkeel/core";
import { TimeoutError } from "./timeout-error.ts";

/** Limits of a stream in milliseconds; `Infinity` for none. */
export interface IdleLimits {
  /** From the start to the first progress, for as long as the reader waits. */
  readonly first: number;
  /** From one progress to the next, for as long as the reader waits: a slow reader is no stalled stream. */
  readonly gap: number;
  /** How long the stream may stay unread. */
  readonly unread: number;
}

/** Hears what happens to a stream, and expires when nothing does for too long. */
export interface IdleWatch {
  /** The reader has begun to wait for a chunk. */
  reading(): void;
  /** A chunk came; `progress` is false for a ping. */
  read(progress: boolean): void;
  /** The stream is over: nothing is watched any more. */
  stop(): void;
}

/**
 * Watches a stream until it is stopped or a limit passes, which `expire` hears once.
 * The timer is set again only when it fires or a limit comes nearer, not at each chunk: a timer a chunk would cost more than the chunk.
 */
export function idleWatch(
  { first, gap, unread }: IdleLimits,
  clock: Clock,
  expire: (error: TimeoutError) => void,
): IdleWatch {
  let label: "first-content" | "gap" | "unread";
  let limit: number;
  let since: number;
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
    // For a reader the process must not end. His timer fires no later than the one there was: or each chunk would set two.
    if (at < firesAt || (isUnawaited && label !== "unread")) arm(Math.min(at, firesAt));
  }

  function arm(at: number): void {
    cancel();
    firesAt = at;
    isUnawaited = label === "unread"; // a body that nobody reads does not keep the process from ending
    cancel = clock.after(Math.max(0, firesAt - clock.now()), fired, isUnawaited);
  }

  function fired(): void {
    const isDue = clock.now() >= since + limit;
    if (isDue && isLastCheck) {
      stop();
      return expire(new TimeoutError(limit, label));
    }
    // Where the process was too busy to read, what has arrived comes in before the next timer does.
    isLastCheck = isDue;
    arm(since + limit);
  }

  function stop(): void {
    cancel();
    firesAt = -Infinity; // no limit comes before it, so that nothing is armed any more
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
      waited = progress ? 0 : now - since;
      progressed ||= progress;
      enter("unread", unread, now);
    },
    stop,
  };
}
