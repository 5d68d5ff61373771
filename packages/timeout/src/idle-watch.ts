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
  let label: "first-content" | "gap" | "unread" = "unread";
  let limit = unread;
  let since = clock.now();
  let waited = 0;
  let progressed = false;
  let firesAt = Infinity;
  let isLastCheck = false;
  let cancel = (): void => {};

  function enter(nextLabel: typeof label, nextLimit: number, start: number): void {
    label = nextLabel;
    limit = nextLimit;
    since = start;
    if (since + limit < firesAt) arm();
  }

  function arm(): void {
    cancel();
    firesAt = since + limit;
    cancel = clock.after(firesAt - clock.now(), fired);
  }

  function fired(): void {
    firesAt = Infinity;
    if (clock.now() < since + limit) {
      isLastCheck = false;
      return arm();
    }
    if (isLastCheck) return expire(new TimeoutError(limit, label));
    // Where the process was too busy to read, what has arrived comes in before the next timer does.
    isLastCheck = true;
    cancel = clock.after(0, fired);
  }

  enter(label, limit, since);
  return {
    reading: () =>
      progressed ? enter("gap", gap, clock.now() - waited) : enter("first-content", first, clock.now() - waited),
    read(progress) {
      const now = clock.now();
      waited = progress ? 0 : now - since;
      progressed ||= progress;
      enter("unread", unread, now);
    },
    stop() {
      cancel();
      firesAt = -Infinity;
    },
  };
}
