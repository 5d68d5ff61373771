/** Ends a stream that stalls. */
import { checkFunction, checkNumber, systemClock, type Clock } from "@evenkeel/core";
import { guardIterable } from "./guard-iterable.ts";
import { guardStream } from "./guard-stream.ts";
import { idleWatch, type IdleWatch } from "./idle-watch.ts";
import { TimeoutError } from "./timeout-error.ts";

export interface IdleTimeoutOptions<Chunk = unknown> {
  /** Milliseconds to the first progress, while a reader waits. @default gap */
  readonly first?: number | undefined;
  /** Milliseconds from one progress to the next, while a reader waits. */
  readonly gap: number;
  /** Milliseconds for the whole stream. @default Infinity */
  readonly total?: number | undefined;
  /** Milliseconds for which nobody may read. @default Infinity */
  readonly unread?: number | undefined;
  /** Tells progress from keep-alive: a provider's ping should not count. @default () => true */
  readonly isProgress?: ((chunk: Chunk) => boolean) | undefined;
  /** Tells the time and waits. @default systemClock */
  readonly clock?: Clock | undefined;
}

/**
 * Returns the same stream, which errs with a `TimeoutError` when a limit has passed, and then cancels `source`.
 * What has arrived is delivered first. Time counts only while a reader waits: a slow reader is no stalled stream.
 * An iterable is watched from its first `next` on, a stream from now.
 * @example
 * const response = await fetch("https://api.example.com");
 * for await (const bytes of idleTimeout(response.body!, { gap: 30_000 })) console.log(bytes.length);
 * @throws {RangeError | TypeError} An option is out of range, or `source` is neither a stream nor an async iterable.
 */
export function idleTimeout<Chunk>(
  source: ReadableStream<Chunk>,
  options: IdleTimeoutOptions<Chunk>,
): ReadableStream<Chunk>;
export function idleTimeout<Chunk>(
  source: AsyncIterable<Chunk>,
  options: IdleTimeoutOptions<Chunk>,
): AsyncIterable<Chunk>;
export function idleTimeout<Chunk>(
  source: ReadableStream<Chunk> | AsyncIterable<Chunk>,
  {
    gap,
    first = gap,
    total = Infinity,
    unread = Infinity,
    isProgress = () => true,
    clock = systemClock,
  }: IdleTimeoutOptions<Chunk>,
): ReadableStream<Chunk> | AsyncIterable<Chunk> {
  for (const [name, value] of Object.entries({ gap, first, total, unread }))
    checkNumber(name, value, { exclusive: true });
  checkFunction("isProgress", isProgress);
  checkFunction("clock.after", clock?.after);

  function watch(expire: (error: TimeoutError) => void): IdleWatch {
    const idle = idleWatch({ first, gap, unread }, clock, end);
    const stopTotal = clock.after(total, () => end(new TimeoutError(total, "total")));
    function stop(): void {
      idle.stop();
      stopTotal();
    }
    function end(error: TimeoutError): void {
      stop();
      expire(error);
    }
    return { ...idle, stop };
  }

  if (isStream(source)) return guardStream(source, watch, isProgress);
  checkFunction("source[Symbol.asyncIterator]", source?.[Symbol.asyncIterator]);
  return guardIterable(source, watch, isProgress);
}

function isStream<Chunk>(source: ReadableStream<Chunk> | AsyncIterable<Chunk>): source is ReadableStream<Chunk> {
  return typeof (source as Partial<ReadableStream<Chunk>> | null)?.getReader === "function";
}
