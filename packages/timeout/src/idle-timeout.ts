/** Ends a stream that stalls. */
import { checkFunction, checkNumber, systemClock, type Clock } from "@evenkeel/core";
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
  /** Tells progress from keep-alive: a provider's ping should not count. @default every chunk is progress */
  readonly isProgress?: ((chunk: Chunk) => boolean) | undefined;
  /** @default systemClock */
  readonly clock?: Clock | undefined;
}

/**
 * Returns the same stream, which errs with a `TimeoutError` when it stalls, and then cancels `source` upstream.
 * What has arrived is delivered first. Time counts only while a reader waits: a slow reader is no stalled stream.
 * @example
 * for await (const chunk of idleTimeout(response.body!, { gap: 30_000 })) process.stdout.write(chunk);
 * @throws {RangeError | TypeError} An option is out of range.
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

  function watch(expire: (error: TimeoutError) => void): IdleWatch {
    const idle = idleWatch({ first, gap, unread }, clock, expireOnce);
    const stopTotal = clock.after(total, () => expireOnce(new TimeoutError(total, "total")));
    function stop(): void {
      idle.stop();
      stopTotal();
    }
    function expireOnce(error: TimeoutError): void {
      stop();
      expire(error);
    }
    return { ...idle, stop };
  }

  return "getReader" in source ? guardStream(source, watch, isProgress) : guardIterable(source, watch, isProgress);
}

type Watch = (expire: (error: TimeoutError) => void) => IdleWatch;

function guardStream<Chunk>(
  source: ReadableStream<Chunk>,
  watch: Watch,
  isProgress: (chunk: Chunk) => boolean,
): ReadableStream<Chunk> {
  const reader = source.getReader();
  let idle: IdleWatch;
  return new ReadableStream<Chunk>(
    {
      start(controller) {
        idle = watch((error) => {
          controller.error(error); // before cancelling: the other way round the stream would seem to end well
          reader.cancel(error).catch(() => {});
        });
      },
      async pull(controller) {
        idle.reading();
        try {
          const { done, value } = await reader.read();
          if (done) {
            idle.stop();
            controller.close();
          } else {
            idle.read(isProgress(value));
            controller.enqueue(value);
          }
        } catch (error) {
          idle.stop();
          controller.error(error);
        }
      },
      cancel(reason) {
        idle.stop();
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}

async function* guardIterable<Chunk>(
  source: AsyncIterable<Chunk>,
  watch: Watch,
  isProgress: (chunk: Chunk) => boolean,
): AsyncGenerator<Chunk, void, undefined> {
  const iterator = source[Symbol.asyncIterator]();
  let expired: TimeoutError | undefined;
  let giveUp = (_error: TimeoutError): void => {};
  const idle = watch((error) => {
    expired = error;
    giveUp(error);
  });
  try {
    for (;;) {
      if (expired) throw expired;
      idle.reading();
      const { done, value } = await new Promise<IteratorResult<Chunk>>((resolve, reject) => {
        giveUp = reject;
        iterator.next().then(resolve, reject);
      });
      if (done) return;
      idle.read(isProgress(value));
      yield value;
    }
  } finally {
    idle.stop();
    // Not awaited: a generator that hangs in `next` would not return either.
    Promise.resolve(iterator.return?.()).catch(() => {});
  }
}
