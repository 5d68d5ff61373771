/** Stands between a stream and its reader, and ends both when time is up. */
import type { IdleWatch } from "./idle-watch.ts";
import type { TimeoutError } from "./timeout-error.ts";

/** Hears of streams that their readers forgot. Made at first use: importing reads no global. */
let forgotten: FinalizationRegistry<{ forget(): void }> | undefined;

/** Returns a stream of the same chunks, which errs when `watch` expires. */
export function guardStream<Chunk>(
  source: ReadableStream<Chunk>,
  watch: (expire: (error: TimeoutError) => void) => IdleWatch,
  isProgress: (chunk: Chunk) => boolean,
): ReadableStream<Chunk> {
  const guard = new StreamGuard(source, watch, isProgress);
  // With a high-water mark of 1 there would always be a read under way: time would count although no reader waits.
  const stream = new ReadableStream<Chunk>(guard, { highWaterMark: 0 });
  (forgotten ??= new FinalizationRegistry((each) => each.forget())).register(stream, guard);
  return stream;
}

/** The source of the guarded stream. Timers reach it, so it must not hold the stream: it reaches its controller weakly. */
class StreamGuard<Chunk> implements UnderlyingDefaultSource<Chunk> {
  private readonly reader: ReadableStreamDefaultReader<Chunk>;
  private readonly watch: IdleWatch;
  private readonly isProgress: (chunk: Chunk) => boolean;
  private controller: WeakRef<ReadableStreamDefaultController<Chunk>> | undefined;
  private isOver = false;

  constructor(
    source: ReadableStream<Chunk>,
    watch: (expire: (error: TimeoutError) => void) => IdleWatch,
    isProgress: (chunk: Chunk) => boolean,
  ) {
    this.reader = source.getReader();
    this.isProgress = isProgress;
    this.watch = watch((error) => this.fail(error));
  }

  start(controller: ReadableStreamDefaultController<Chunk>): void {
    this.controller = new WeakRef(controller);
  }

  async pull(controller: ReadableStreamDefaultController<Chunk>): Promise<void> {
    this.watch.reading();
    try {
      const { done, value } = await this.reader.read();
      if (this.isOver) return;
      if (done) {
        this.finish();
        return controller.close();
      }
      this.watch.read(this.isProgress(value));
      controller.enqueue(value);
    } catch (error) {
      this.fail(error);
    }
  }

  /** The reader has had enough. */
  cancel(reason: unknown): Promise<void> {
    this.finish();
    return this.reader.cancel(reason);
  }

  /** The reader is gone without a word. */
  forget(): void {
    if (this.isOver) return;
    this.finish();
    this.release(new Error("The stream was not read to its end"));
  }

  private fail(error: unknown): void {
    this.finish();
    this.controller?.deref()?.error(error); // before cancelling: the other way round a deaf source would seem to end well
    this.release(error);
  }

  private finish(): void {
    this.isOver = true;
    this.watch.stop();
  }

  private release(reason: unknown): void {
    this.reader.cancel(reason).catch(() => {});
  }
}
