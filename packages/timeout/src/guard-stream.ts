/** Enforces idle limits on a `ReadableStream`. */
import { ForgettableSource } from "./forgettable-source.ts";
import type { IdleWatch, StartIdleWatch } from "./idle-watch.ts";

/** Returns a stream of the same chunks, which errors when `watch` expires. */
export function guardStream<Chunk>(
  source: ReadableStream<Chunk>,
  watch: StartIdleWatch,
  isProgress: (chunk: Chunk) => boolean,
): ReadableStream<Chunk> {
  return new StreamGuard(source, watch, isProgress).open();
}

/** The source of the guarded stream. */
class StreamGuard<Chunk> extends ForgettableSource<Chunk> {
  readonly #reader: ReadableStreamDefaultReader<Chunk>;
  readonly #watch: IdleWatch;
  readonly #isProgress: (chunk: Chunk) => boolean;
  #isOver = false;

  constructor(source: ReadableStream<Chunk>, watch: StartIdleWatch, isProgress: (chunk: Chunk) => boolean) {
    super();
    this.#reader = source.getReader();
    this.#isProgress = isProgress;
    this.#watch = watch((error) => this.#fail(error));
  }

  override async pull(controller: ReadableStreamDefaultController<Chunk>): Promise<void> {
    this.#watch.reading();
    try {
      const { done, value } = await this.#reader.read();
      if (this.#isOver) return;
      if (done) {
        this.#finish();
        return controller.close();
      }
      this.#watch.read(this.#isProgress(value));
      controller.enqueue(value);
    } catch (error) {
      this.#fail(error);
    }
  }

  override cancel(reason: unknown): Promise<void> {
    this.#finish();
    return this.#reader.cancel(reason);
  }

  override forget(): void {
    this.#finish();
    this.#release(new Error("The stream was not read to its end"));
  }

  #fail(error: unknown): void {
    this.#finish();
    this.controller?.error(error); // before cancelling, or a source that ignores the reason would appear to end normally
    this.#release(error);
  }

  #finish(): void {
    this.#isOver = true;
    this.#watch.stop();
    this.done();
  }

  #release(reason: unknown): void {
    this.#reader.cancel(reason).catch(() => {});
  }
}
