/** Resumes a broken stream that the provider has kept, without losing or repeating an event. */
import { about, checkNumber, checkOptions, link, type Call, type Next } from "@evenkeel/core";
import { TimeoutError } from "@evenkeel/timeout";
import type { FetchLayer } from "./adapt.ts";
import type { ResumeEvent } from "./fetch-event.ts";
import { isEventStream } from "./framing.ts";
import { later } from "./later.ts";
import { rebuild } from "./rebuild.ts";
import type { FetchRequest } from "./request.ts";
import { resumePoint, type ResumePoint } from "./resume-point.ts";
import { StreamError } from "./stream-error.ts";

export interface ResumeOptions {
  /** How many times to resume a stream without receiving a new event in between. @default 3 */
  readonly attempts?: number | undefined;
}

/**
 * Returns a layer that resumes a broken stream after its last complete event: OpenAI's background responses, new or retrieved, by
 * `starting_after`, and any GET whose events have ids, by `Last-Event-ID`. Other streams pass through unchanged. Make it the outermost
 * layer, because each continuation goes through the layers below; only a `timeout` among them bounds it up to its first event. Chunks are
 * re-cut at event boundaries.
 * @example
 * const client = new OpenAI({ fetch: wrapFetch(fetch, resume(), retry(), timeout(60_000)), maxRetries: 0 });
 * @throws {RangeError | TypeError} An option is out of range.
 */
export function resume({ attempts = 3 }: ResumeOptions = {}): FetchLayer {
  checkOptions(arguments[0]);
  checkNumber("attempts", attempts, { integer: true });

  return async function resume(call, next) {
    const point = resumePoint(call.input);
    if (!point) return next(call);
    const response = await next({ ...call, input: { ...call.input, commitsAt: "event" } });
    return hasEvents(response) ? rebuild(response, resumed(call, next, response.body, point, attempts)) : response;
  };
}

function hasEvents(response: Response): response is Response & { readonly body: ReadableStream<Uint8Array> } {
  return response.body !== null && isEventStream(response.headers.get("content-type") ?? "");
}

function resumed(
  call: Call<FetchRequest>,
  next: Next<FetchRequest, Response>,
  body: ReadableStream<Uint8Array>,
  point: ResumePoint,
  attempts: number,
): ReadableStream<Uint8Array> {
  const endWork = call.work.hold();
  /** Aborts when the reader cancels, too: nobody wants a continuation then. */
  const wanted = link(call.signal);
  wanted.settle(call.work);
  const encoder = new TextEncoder();
  let reader = body.getReader();
  let attemptsLeft = attempts;
  let reopenedAt: string | undefined;
  /** Reopens in the async context of the call: the stream may be read in any other. */
  let reopenInContext = later(settleByReopening);

  function settleByReopening({ error, settle }: Break): void {
    reopenInContext = later(settleByReopening); // for the next break
    settle(reopen(error));
  }

  /** Opens the stream again, or rejects with the error that broke it. */
  async function reopen(error: unknown): Promise<void> {
    const input = point.request();
    if (point.position !== reopenedAt) attemptsLeft = attempts;
    reopenedAt = point.position;
    if (!input || attemptsLeft-- === 0 || call.signal.aborted || !isBroken(error)) throw error;
    const { signal } = wanted;
    const response = await next({ ...call, input, signal, work: call.work.fork() }).catch(() => undefined);
    if (signal.aborted) throw signal.reason;
    if (!response || !hasEvents(response)) {
      response?.body?.cancel().catch(() => {});
      throw error; // why the stream broke says more than why it could not be resumed
    }
    reader = response.body.getReader();
    call.emit?.({ type: "resume", ...about(call), error } satisfies ResumeEvent as ResumeEvent);
  }

  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          let events = await readEvents();
          while (events === "") events = await readEvents();
          if (events !== undefined) return controller.enqueue(encoder.encode(events));
          controller.close();
          endWork();
        } catch (error) {
          controller.error(error); // first, because a listener may cancel the body
          endWork(error);
        }
      },
      cancel(reason) {
        const cancelled = reader.cancel(reason).catch(() => {}); // if it has broken, there is nothing to cancel
        wanted.abort(reason);
        endWork();
        return cancelled;
      },
    },
    { highWaterMark: 0 },
  );

  /** Returns the events that a chunk completes, `""` if none, or `undefined` at the end. */
  async function readEvents(): Promise<string | undefined> {
    try {
      const { done, value } = await reader.read();
      return done ? point.rest() : point.take(value);
    } catch (error) {
      await new Promise<void>((settle) => reopenInContext({ error, settle }));
      return "";
    }
  }
}

/** What broke a stream, and what to settle with the outcome of opening it again. */
interface Break {
  readonly error: unknown;
  readonly settle: (reopened: Promise<void>) => void;
}

/** Tells whether the stream broke. If the upstream ended it with an error instead, resuming would give the same error. */
function isBroken(error: unknown): boolean {
  if (error instanceof StreamError) return ["truncated", "network", "timeout"].includes(error.verdict.kind);
  return !(error instanceof TimeoutError && error.label === "total");
}
