/** Stands between an async iterable and its reader, and ends both when time is up. */
import type { IdleWatch } from "./idle-watch.ts";
import type { TimeoutError } from "./timeout-error.ts";

/** Yields the same chunks, and throws when `watch` expires. */
export async function* guardIterable<Chunk>(
  source: AsyncIterable<Chunk> & Endable,
  watch: (expire: (error: TimeoutError) => void) => IdleWatch,
  isProgress: (chunk: Chunk) => boolean,
): AsyncGenerator<Chunk, void, undefined> {
  const iterator = source[Symbol.asyncIterator]();
  let expired: TimeoutError | undefined;
  let giveUp = (_error: TimeoutError): void => {};
  /** Whether the source rests at a chunk, and has to be told when nobody wants another. */
  let rests = false;

  const idle = watch((error) => {
    expired = error;
    giveUp(error);
    end(source, iterator, error).catch(() => {});
  });
  try {
    for (;;) {
      if (expired) throw expired;
      rests = false;
      idle.reading();
      const { done, value } = await new Promise<IteratorResult<Chunk>>((resolve, reject) => {
        giveUp = reject;
        Promise.resolve(iterator.next()).then(resolve, reject);
      });
      if (done) return;
      rests = true;
      idle.read(isProgress(value));
      yield value;
    }
  } finally {
    idle.stop();
    if (rests && !expired) await iterator.return?.();
  }
}

/** What a source may have beside `return`, which a generator that hangs in `next` does not hear. */
interface Endable {
  /** Node's streams. */
  readonly destroy?: (error: unknown) => unknown;
  /** The streams of the `openai` and `@anthropic-ai/sdk` clients, and of their relatives. */
  readonly controller?: { readonly abort?: (reason: unknown) => unknown };
}

async function end<Chunk>(source: Endable, iterator: AsyncIterator<Chunk>, error: TimeoutError): Promise<void> {
  source.destroy?.(error);
  source.controller?.abort?.(error);
  await iterator.return?.();
}
