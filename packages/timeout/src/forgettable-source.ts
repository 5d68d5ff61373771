/** A source of chunks that hears when its reader is gone without a word. */

/** What the stream holds, and nothing else does. */
interface Held<Chunk> {
  controller: ReadableStreamDefaultController<Chunk> | undefined;
}

/** Made at first use: importing reads no global. */
let forgotten: FinalizationRegistry<ForgettableSource<never>> | undefined;

/** Timers and signals may reach a source, so it must not hold its stream: it reaches the controller weakly. */
export abstract class ForgettableSource<Chunk> {
  #held: Pick<WeakRef<Held<Chunk>>, "deref"> | undefined = undefined;

  /** Gives the next chunk to the controller, or closes it. Called only when a reader waits. */
  abstract pull(controller: ReadableStreamDefaultController<Chunk>): Promise<void> | undefined;
  /** Hears that the reader has had enough. */
  abstract cancel(reason: unknown): Promise<void>;
  /** Hears that nobody will read on. */
  abstract forget(): void;

  /** Makes the stream over this source, once. */
  open(): ReadableStream<Chunk> {
    const held: Held<Chunk> = { controller: undefined };
    this.#held = referenceTo(held);
    // Not the stream object tells that it was forgotten: some engines collect it while its reader reads on. What pulls is kept by all.
    if (typeof FinalizationRegistry !== "undefined")
      (forgotten ??= new FinalizationRegistry((source) => source.forget())).register(held, this as never, this);
    // With a high-water mark of 1 there would always be a read under way, which counts as waiting and keeps a forgotten stream.
    return new ReadableStream(pulling(this, held), { highWaterMark: 0 });
  }

  /** The stream's controller, as long as someone may still read. */
  protected get controller(): ReadableStreamDefaultController<Chunk> | undefined {
    return this.#held?.deref()?.controller;
  }

  /** Says that the stream is over: nothing is left to forget. */
  protected done(): void {
    forgotten?.unregister(this);
  }
}

/** In a function of its own: closures hold all that any closure beside them uses. */
function pulling<Chunk>(source: ForgettableSource<Chunk>, held: Held<Chunk>): UnderlyingDefaultSource<Chunk> {
  return {
    start: (controller) => void (held.controller = controller),
    pull: (controller) => source.pull((held.controller = controller)),
    cancel: (reason) => source.cancel(reason),
  };
}

/** Where nothing can be reached weakly, as in a Worker with a compatibility date before May 2025, nothing is forgotten: a limit ends it. */
function referenceTo<T extends object>(target: T): Pick<WeakRef<T>, "deref"> {
  return typeof WeakRef === "undefined" ? { deref: () => target } : new WeakRef(target);
}
