/** A source of a stream that notices when its reader drops the stream without cancelling it. */

/** Kept alive by the stream alone, so that its collection means that the stream was dropped. */
interface Held<Chunk> {
  controller: ReadableStreamDefaultController<Chunk> | undefined;
}

/** Created on first use, so that importing this package touches no global. */
let forgotten: FinalizationRegistry<ForgettableSource<never>> | undefined;

/** Timers and signals may refer to the source, so it must not keep its stream alive: it refers to the controller weakly. */
export abstract class ForgettableSource<Chunk> {
  #held: Pick<WeakRef<Held<Chunk>>, "deref"> | undefined = undefined;

  /** Enqueues the next chunk, or closes the stream. Called only while a reader waits. */
  abstract pull(controller: ReadableStreamDefaultController<Chunk>): Promise<void> | undefined;
  /** Called when the reader cancels the stream. */
  abstract cancel(reason: unknown): Promise<void>;
  /** Called when the stream was garbage-collected before its end. */
  abstract forget(): void;

  /** Creates the stream over this source. Must be called only once. */
  open(): ReadableStream<Chunk> {
    const held: Held<Chunk> = { controller: undefined };
    if (typeof FinalizationRegistry === "undefined") {
      // In a Worker with a compatibility date before May 2025, for example. A dropped stream then ends only at a time limit.
      this.#held = { deref: () => held };
    } else {
      this.#held = new WeakRef(held);
      // Watches what `pull` refers to, not the stream object, which some engines collect while a reader still uses it.
      (forgotten ??= new FinalizationRegistry((source) => source.forget())).register(held, this as never, this);
    }
    // With a high-water mark of 1 a read would always be pending, which would count as a waiting reader and keep a dropped stream alive.
    return new ReadableStream(pulling(this, held), { highWaterMark: 0 });
  }

  /** The stream's controller, unless the stream was garbage-collected. */
  protected get controller(): ReadableStreamDefaultController<Chunk> | undefined {
    return this.#held?.deref()?.controller;
  }

  /** Reports that the stream has ended, so that `forget` is no longer called. */
  protected done(): void {
    forgotten?.unregister(this);
  }
}

/** A function of its own, because closures of one scope keep alive whatever any of them uses. */
function pulling<Chunk>(source: ForgettableSource<Chunk>, held: Held<Chunk>): UnderlyingDefaultSource<Chunk> {
  return {
    start: (controller) => void (held.controller = controller),
    pull: (controller) => source.pull((held.controller = controller)),
    cancel: (reason) => source.cancel(reason),
  };
}
