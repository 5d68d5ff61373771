/** Enforces idle limits on an async iterable. */
import type { StartIdleWatch } from "./idle-watch.ts";
import type { TimeoutError } from "./timeout-error.ts";

/** Yields the chunks of `source`, and throws when `watch` expires. */
export async function* guardIterable<Chunk>(
  source: AsyncIterable<Chunk> & Endable,
  watch: StartIdleWatch,
  isProgress: (chunk: Chunk) => boolean,
): AsyncGenerator<Chunk, void, undefined> {
  const iterator = source[Symbol.asyncIterator]();
  let expired: TimeoutError | undefined;
  let giveUp = (_error: TimeoutError): void => {};
  /** Whether the source is paused between two chunks, so that it must be told if no more are wanted. */
  let isPaused = false;

  const idle = watch((error) => {
    expired = error;
    giveUp(error);
    end(source, iterator, error).catch(() => {});
  });
  try {
    for (;;) {
      if (expired) throw expired;
      isPaused = false;
      idle.reading();
      const { done, value } = await new Promise<IteratorResult<Chunk>>((resolve, reject) => {
        giveUp = reject;
        Promise.resolve(iterator.next()).then(resolve, reject);
      });
      if (done) return;
      isPaused = true;
      idle.read(isProgress(value));
      yield value;
    }
  } finally {
    idle.stop();
    if (isPaused && !expired) await iterator.return?.();
  }
}

/** Other ways to end a source than `return`, which has no effect on a generator while its `next` hangs. */
interface Endable {
  /** Ends Node's streams. */
  readonly destroy?: (error: unknown) => unknown;
  /** Ends the streams of `openai`, `@anthropic-ai/sdk` and the SDKs generated like them. */
  readonly controller?: { readonly abort?: (reason: unknown) => unknown };
}

async function end<Chunk>(source: Endable, iterator: AsyncIterator<Chunk>, error: TimeoutError): Promise<void> {
  source.destroy?.(error);
  source.controller?.abort?.(error);
  await iterator.return?.();
}
