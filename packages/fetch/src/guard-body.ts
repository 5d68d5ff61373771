/** Stands between a streamed body and its reader: ends it when it stalls, is cut or is cancelled, and tells when it is over. */
import { judge, onAbort, ResilienceError, type Call, type Clock, type EndWork, type Verdict } from "@evenkeel/core";
import { ForgettableSource, idleWatch, TimeoutError, type IdleWatch } from "@evenkeel/timeout";
import type { FetchRequest } from "./request.ts";
import { StreamError, truncated } from "./stream-error.ts";
import type { ReportedError } from "./protocols/protocol.ts";
import type { StreamProgress } from "./stream-progress.ts";

/** A body of which the beginning may have been read. */
export interface OpenBody {
  readonly reader: ReadableStreamDefaultReader<Uint8Array>;
  /** The chunks that were read, to be handed on as the same objects. */
  readonly head: Uint8Array[];
  /** What the stream means, where its protocol may be known. */
  readonly progress: StreamProgress | undefined;
  /** Judges a failure that the upstream reports in the stream. */
  readonly judgeReported: (reported: ReportedError) => Verdict;
}

export interface GuardOptions {
  readonly clock: Clock;
  /** How long the body may stay unread, in milliseconds: some clients neither finish nor cancel a body whose loop the user left. */
  readonly unread: number;
  /** Whether pings and comments count as progress. */
  readonly pingsAreProgress: boolean;
  /** Hears that the body is over. */
  readonly ended: (bytes: number, error: unknown) => void;
}

/** Returns the guarded body. The work of `call` goes on until it is over. */
export function guardBody(call: Call<FetchRequest>, body: OpenBody, options: GuardOptions): ReadableStream<Uint8Array> {
  return new BodyGuard(call, body, options).open();
}

/** The source of the guarded stream. */
class BodyGuard extends ForgettableSource<Uint8Array> {
  readonly #call: Call<FetchRequest>;
  readonly #body: OpenBody;
  readonly #options: GuardOptions;
  readonly #endWork: EndWork;
  readonly #watch: IdleWatch;
  readonly #stopTotal: () => void;
  readonly #stopListening: () => void;
  #failure: unknown;
  #readingOn: Promise<void> | undefined;
  #isOver = false;
  #bytes = 0;
  #chunks = 0;

  constructor(call: Call<FetchRequest>, body: OpenBody, options: GuardOptions) {
    super();
    this.#call = call;
    this.#body = body;
    this.#options = options;
    const { clock, unread } = options;
    const { limits, endsAt } = call.input;
    this.#endWork = call.work.hold();
    this.#watch = idleWatch({ first: limits.firstContent, gap: limits.gap, unread }, clock, (error) =>
      this.#fail(error),
    );
    if (body.progress?.hasContent ?? body.head.length > 0) this.#watch.read(true);
    // Whoever waits for a chunk waits for the watch: this one need not keep the process from ending.
    this.#stopTotal = clock.after(
      endsAt - clock.now(),
      () => this.#fail(new TimeoutError(limits.total, "total", call.work.root.lastError)),
      true,
    );
    this.#stopListening = onAbort(call.signal, (reason) => this.#fail(reason));
  }

  override pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> | undefined {
    const first = this.#body.head.shift();
    if (!first && this.#failure === undefined) return this.#readingOn ?? this.#read();
    if (first) this.#deliver(first, controller);
    else controller.error(this.#failure);
    return undefined;
  }

  /** Reads what little may come behind the end of an answer: some readers stop at the end itself, and would leave the body open. */
  async #readOn(): Promise<void> {
    while (!this.#isOver && this.controller) await this.#read();
  }

  #read(): Promise<void> {
    this.#watch.reading();
    return this.#body.reader.read().then(this.#take, this.#break);
  }

  /** One function for all chunks, as the next. */
  readonly #take = ({ done, value }: ReadableStreamReadResult<Uint8Array>): void => {
    const { controller } = this;
    if (this.#isOver || !controller) return;
    if (done) return this.#close(controller);
    try {
      const isContent = this.#body.progress?.take(value) ?? true;
      this.#watch.read(isContent || this.#options.pingsAreProgress);
      this.#deliver(value, controller);
    } catch (error) {
      this.#break(error);
    }
  };

  readonly #break = (error: unknown): void => {
    const isOurs = error instanceof ResilienceError;
    this.#fail(isOurs ? error : this.#streamError("The stream broke", judge(this.#call, error), error));
  };

  /** The reader has had enough. */
  override cancel(reason: unknown): Promise<void> {
    this.#finish(undefined);
    return this.#body.reader.cancel(reason);
  }

  /** The reader is gone without a word. */
  override forget(): void {
    this.#finish(undefined);
    this.#release(new Error("The body was not read to its end"));
  }

  #deliver(chunk: Uint8Array, controller: ReadableStreamDefaultController<Uint8Array>): void {
    this.#enqueue(chunk, controller);
    const { progress, head } = this.#body;
    if (!progress || this.#isOver || head.length > 0) return;
    if (progress.isWhole) this.#readingOn ??= this.#readOn();
    const reported = progress.error;
    if (!reported) return;
    // The reader gets the event itself, of which an SDK makes an error of its own. For one that does not, the stream errs next.
    this.#failure = this.#streamError(
      "The upstream reported an error in the stream",
      this.#body.judgeReported(reported),
      reported,
    );
    this.#finish(this.#failure);
    this.#release(this.#failure);
  }

  #enqueue(chunk: Uint8Array, controller: ReadableStreamDefaultController<Uint8Array>): void {
    this.#bytes += chunk.byteLength;
    this.#chunks++;
    controller.enqueue(chunk);
  }

  #close(controller: ReadableStreamDefaultController<Uint8Array>): void {
    const { progress } = this.#body;
    progress?.end();
    const missing = progress?.missing;
    if (missing) return this.#fail(this.#streamError(`The stream ended without ${missing}`, truncated));
    this.#finish(undefined);
    controller.close();
  }

  #fail(error: unknown): void {
    if (this.#isOver) return;
    if (this.#body.progress?.isWhole && !this.#call.signal.aborted) return this.#endWell(error);
    // A body that nobody reads says nothing about the upstream.
    this.#finish(error instanceof TimeoutError && error.label === "unread" ? undefined : error, error);
    this.#failure = error;
    this.controller?.error(error); // before cancelling: the other way round a deaf body would seem to end well
    this.#release(error);
  }

  /** What breaks or lingers after the end of an answer is no failure, and an answer that is whole is not taken from a reader who comes late. */
  #endWell(reason: unknown): void {
    const { controller } = this;
    if (controller) for (const chunk of this.#body.head) this.#enqueue(chunk, controller);
    this.#finish(undefined);
    controller?.close();
    this.#release(reason);
  }

  #finish(error: unknown, told = error): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#endWork(error); // first: in a Worker that forgets a body, no timer can be stopped
    this.done();
    this.#stopListening();
    this.#watch.stop();
    this.#stopTotal();
    this.#options.ended(this.#bytes, told);
  }

  #streamError(message: string, verdict: Verdict, lastError?: unknown): StreamError {
    const delivered = { bytes: this.#bytes, chunks: this.#chunks };
    // However it failed: the work was done up to here, and billed.
    return new StreamError(message, { ...verdict, processed: "yes" }, delivered, lastError);
  }

  #release(reason: unknown): void {
    this.#body.reader.cancel(reason).catch(() => {});
  }
}
