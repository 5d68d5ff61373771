/** Passes a body on to its reader, ends it if it stalls, breaks or is cancelled, and reports when it has ended. */
import { about, listenForAbort, ResilienceError, type Call, type EndWork } from "@evenkeel/core";
import { ForgettableSource, idleWatch, LazyTimer, TimeoutError, type IdleWatch } from "@evenkeel/timeout";
import type { BodyEvent } from "./fetch-event.ts";
import { later } from "./later.ts";
import type { OpenBody } from "./open-body.ts";
import type { RaiseOptions } from "./raise-options.ts";
import { release } from "./reader-of.ts";
import type { FetchRequest } from "./request.ts";
import type { StreamError } from "./stream-error.ts";
import { brokenStreamFailure, endedStreamFailure, reportedStreamFailure } from "./stream-failure.ts";

/**
 * How long, in ms, a failure that was found at the end of what arrived waits for that to be read: when a stream fails, those that it is
 * piped through drop what they hold. A reader that is 100 events behind, at 10 ms each, gets them all.
 */
const passingOn = 1_000;

/** Returns the guarded body. The work of `call` lasts until it has ended. */
export function guardBody(call: Call<FetchRequest>, body: OpenBody, options: RaiseOptions): ReadableStream<Uint8Array> {
  return new BodyGuard(call, body, options).open();
}

/** The source of the guarded stream. */
class BodyGuard extends ForgettableSource<Uint8Array> {
  readonly #call: Call<FetchRequest>;
  readonly #body: OpenBody;
  readonly #options: RaiseOptions;
  readonly #startedAt: number;
  readonly #endWork: EndWork;
  readonly #watch: IdleWatch;
  readonly #total: LazyTimer;
  readonly #listening: ReturnType<typeof listenForAbort>;
  /** Emits in the async context of the call: the body may be read, or ended, in any other. */
  readonly #emit: Call["emit"];
  readonly #delivered = { bytes: 0, chunks: 0 };
  /** What the stream fails with once its reader has got the event that reports it. */
  #failure: StreamError | undefined;
  /** Cancels the time that the reader is given before that. */
  #stopWaiting: (() => void) | undefined;
  #readingOn: Promise<void> | undefined;
  #isOver = false;

  constructor(call: Call<FetchRequest>, body: OpenBody, options: RaiseOptions) {
    super();
    this.#call = call;
    this.#body = body;
    this.#options = options;
    const { clock, unreadTimeout } = options;
    const { limits, endsAt } = call.input;
    this.#startedAt = clock.now();
    this.#endWork = call.work.hold();
    this.#emit = call.emit && later(call.emit);
    this.#watch = idleWatch({ first: limits.firstContent, gap: limits.gap, unread: unreadTimeout }, clock, (error) =>
      this.#fail(error),
    );
    this.#total = new LazyTimer(clock, () =>
      this.#fail(new TimeoutError(limits.total, "total", call.work.root.lastError)),
    );
    // Need not keep the process running: while a reader waits for a chunk, the watch does.
    this.#total.move(endsAt, true);
    this.#listening = listenForAbort(call.signal, { abort: (reason) => this.#fail(reason) });
  }

  override pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> | undefined {
    const { head, progress } = this.#body;
    const first = head.shift();
    if (first) {
      this.#watch.read(progress?.hasContent ?? true);
      this.#deliver(first, controller);
    } else if (this.#failure) return this.#failLate(this.#failure);
    else return this.#readingOn ?? this.#read();
    return undefined;
  }

  /** Reads what little may follow the end of an answer: some readers stop at the end, and would leave the body open. */
  async #readOn(): Promise<void> {
    while (!this.#isOver && this.controller) await this.#read();
  }

  #read(): Promise<void> {
    this.#watch.reading();
    return this.#body.reader.read().then(this.#take, this.#break);
  }

  /** A property, like `#break`, so that reading a chunk creates no function. */
  readonly #take = ({ done, value }: ReadableStreamReadResult<Uint8Array>): Promise<void> | undefined => {
    const { controller } = this;
    if (this.#isOver || !controller) return undefined;
    if (done) return this.#close(controller);
    try {
      const isContent = this.#body.progress?.take(value) ?? true;
      this.#watch.read(isContent || this.#options.pingsAreProgress);
      this.#deliver(value, controller);
    } catch (error) {
      this.#break(error);
    }
    return undefined;
  };

  readonly #break = (error: unknown): void => {
    const isOurs = error instanceof ResilienceError;
    this.#fail(isOurs ? error : brokenStreamFailure(this.#call, error, this.#delivered));
  };

  /** The reader has cancelled the body. */
  override cancel(reason: unknown): Promise<void> {
    this.#stopWaiting?.();
    this.#finish(undefined);
    return this.#body.reader.cancel(reason);
  }

  /** The reader has dropped the body without cancelling it. */
  override forget(): void {
    this.#finish(undefined);
    release(this.#body.reader, new Error("The body was not read to its end"));
  }

  #deliver(chunk: Uint8Array, controller: ReadableStreamDefaultController<Uint8Array>): void {
    this.#enqueue(chunk, controller);
    const { progress, head } = this.#body;
    if (!progress || head.length > 0) return;
    if (progress.isComplete) this.#readingOn ??= this.#readOn();
    const reported = progress.error;
    if (!reported) return;
    // The reader gets the event itself, so that an SDK makes its own error of it. For those that ignore it, the stream fails later.
    this.#failure = reportedStreamFailure(this.#call, reported, this.#delivered, this.#options);
    this.#finish(this.#failure);
    release(this.#body.reader, this.#failure);
  }

  #enqueue(chunk: Uint8Array, controller: ReadableStreamDefaultController<Uint8Array>): void {
    this.#delivered.bytes += chunk.byteLength;
    this.#delivered.chunks++;
    controller.enqueue(chunk);
  }

  #close(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> | undefined {
    const failure = endedStreamFailure(this.#call, this.#body, this.#delivered, this.#options);
    if (failure) return this.#failLate(failure);
    controller.close(); // first, because a listener may cancel the body, and then it cannot be closed
    this.#finish(undefined);
    return undefined;
  }

  #fail(error: unknown): void {
    if (this.#isOver) return;
    if (this.#body.progress?.isComplete && !this.#call.signal.aborted) return this.#endNormally(error);
    // A waiting reader must learn of it before a listener or `release` cancels the body, which looks like a normal end.
    if (this.#body.head.length === 0) this.controller?.error(error);
    this.#finish(error);
    this.controller?.error(error); // only now, or the token count in what was read in advance would be lost
    release(this.#body.reader, error);
  }

  /** Fails, by a `pull` that rejects, once the reader has had time for what came before. */
  #failLate(failure: StreamError): Promise<never> {
    this.#finish(failure);
    return new Promise((_resolve, reject) => {
      this.#stopWaiting = this.#options.clock.after(passingOn, () => reject(failure));
    });
  }

  /** What happens after the end of an answer is not a failure, and a reader who comes late still gets the whole answer. */
  #endNormally(reason: unknown): void {
    const { controller } = this;
    if (controller) for (const chunk of this.#body.head) this.#enqueue(chunk, controller);
    controller?.close();
    this.#finish(undefined);
    release(this.#body.reader, reason);
  }

  #finish(error: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#endWork(error); // first, because in a Worker a timer cannot be stopped when a body is garbage-collected
    this.done();
    this.#listening?.leave();
    this.#watch.stop();
    this.#total.stop();
    this.#emit?.({
      type: "body",
      ...about(this.#call),
      duration: this.#options.clock.now() - this.#startedAt,
      bytes: this.#delivered.bytes,
      error,
    } satisfies BodyEvent as BodyEvent);
  }
}
