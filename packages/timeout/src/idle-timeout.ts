/** Ends streams that stall. */
import { checkFunction, checkNumber, systemClock, type Clock } from "@evenkeel/core";
import { guardIterable } from "./guard-iterable.ts";
import { guardStream } from "./guard-stream.ts";
import { idleWatch, type IdleWatch } from "./idle-watch.ts";
import { LazyTimer } from "./lazy-timer.ts";
import { TimeoutError } from "./timeout-error.ts";

export interface IdleTimeoutOptions<Chunk = unknown> {
  /** The longest time that a reader waits for the first progress, in ms. @default gap */
  readonly first?: number | undefined;
  /** The longest time that a reader waits between two chunks of progress, in ms. */
  readonly gap: number;
  /** The longest time that the whole stream takes, in ms. @default Infinity */
  readonly total?: number | undefined;
  /** The longest time that the stream goes unread, in ms. @default Infinity */
  readonly unread?: number | undefined;
  /** Tells whether a chunk is progress. A keep-alive, such as a provider's ping, should not be. @default () => true */
  readonly isProgress?: ((chunk: Chunk) => boolean) | undefined;
  /** The clock for the limits. @default systemClock */
  readonly clock?: Clock | undefined;
}

/**
 * Returns a stream of the same chunks that fails with a `TimeoutError` when a limit is exceeded, and then cancels `source`.
 * Chunks that have arrived are delivered first. `first` and `gap` count only while a reader waits, so a slow reader does not trip them.
 * A `ReadableStream` is watched from now on, an iterable from its first `next`.
 * @example
 * const response = await fetch("https://api.example.com");
 * for await (const bytes of idleTimeout(response.body!, { gap: 30_000 })) console.log(bytes.length);
 * @throws {RangeError | TypeError} An option is invalid, or `source` is neither a `ReadableStream` nor an async iterable.
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
    // Need not keep the process running where the watch does so while a reader waits.
    const isUnawaited = Math.max(first, gap) < Infinity;
    const timer = new LazyTimer(clock, () => end(new TimeoutError(total, "total")));
    timer.move(clock.now() + total, isUnawaited);
    function stop(): void {
      idle.stop();
      timer.stop();
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
