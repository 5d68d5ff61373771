/** Continues a stream that broke, where the provider keeps it: without a lost or a repeated event. */
import { checkNumber, type Call, type Next } from "@evenkeel/core";
import { TimeoutError } from "@evenkeel/timeout";
import type { FetchLayer } from "./adapt.ts";
import { isEventStream } from "./framing.ts";
import { rebuild } from "./rebuild.ts";
import type { FetchRequest } from "./request.ts";
import { resumePoint, type ResumePoint } from "./resume-point.ts";
import { StreamError } from "./stream-error.ts";

export interface ResumeOptions {
  /** How often a stream is continued without a single new event in between. @default 3 */
  readonly attempts?: number | undefined;
}

/**
 * Continues a broken stream from the last event that came whole. It can do so for OpenAI's background responses, made or read again,
 * by `starting_after`, and for a GET whose events have ids, by `Last-Event-ID`; any other stream passes as it is. To be the outermost
 * layer: each continuation is a call of its own to the layers below. Chunks are cut anew at the ends of events.
 * @example
 * const client = new OpenAI({ fetch: wrapFetch(fetch, resume(), retry()), maxRetries: 0 });
 * @throws {RangeError | TypeError} An option is out of range.
 */
export function resume({ attempts = 3 }: ResumeOptions = {}): FetchLayer {
  checkNumber("attempts", attempts, { integer: true });

  return async function resume(call, next) {
    const point = resumePoint(call.input);
    if (!point) return next(call);
    const response = await next({ ...call, input: { ...call.input, commitsAt: "event" } });
    return hasEvents(response) ? rebuild(response, continued(call, next, response.body, point, attempts)) : response;
  };
}

function hasEvents(response: Response): response is Response & { readonly body: ReadableStream<Uint8Array> } {
  return response.body !== null && isEventStream(response.headers.get("content-type") ?? "");
}

function continued(
  call: Call<FetchRequest>,
  next: Next<FetchRequest, Response>,
  body: ReadableStream<Uint8Array>,
  point: ResumePoint,
  attempts: number,
): ReadableStream<Uint8Array> {
  const end = call.work.hold();
  const encoder = new TextEncoder();
  let reader = body.getReader();
  let left = attempts;
  let reopenedAt: string | undefined;
  let isCancelled = false;

  /** Opens the stream again, or rejects with what broke it. */
  async function reopen(error: unknown): Promise<void> {
    const input = point.request();
    if (point.position !== reopenedAt) left = attempts;
    reopenedAt = point.position;
    if (!input || left-- === 0 || call.signal.aborted || !isBroken(error)) throw error;
    const response = await next({ ...call, input, work: call.work.fork() }).catch(() => undefined);
    call.signal.throwIfAborted();
    if (!response || isCancelled || !hasEvents(response)) {
      response?.body?.cancel().catch(() => {});
      throw error; // what broke the stream tells more than why it could not be continued
    }
    reader = response.body.getReader();
  }

  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          for (;;) {
            const events = await readEvents();
            if (events === undefined) break;
            if (events === "") continue;
            return controller.enqueue(encoder.encode(events));
          }
          end();
          controller.close();
        } catch (error) {
          end(error);
          controller.error(error);
        }
      },
      cancel(reason) {
        isCancelled = true;
        end();
        return reader.cancel(reason).catch(() => {}); // one that broke is over
      },
    },
    { highWaterMark: 0 },
  );

  /** Returns the events that have come whole, `""` for none, or `undefined` at the end. */
  async function readEvents(): Promise<string | undefined> {
    try {
      const { done, value } = await reader.read();
      return done ? point.rest() : point.take(value);
    } catch (error) {
      await reopen(error);
      return "";
    }
  }
}

/** Tells a stream that broke from one that the upstream ended with an error of its own: to continue that would give the same. */
function isBroken(error: unknown): boolean {
  if (error instanceof StreamError) return ["truncated", "network", "timeout"].includes(error.verdict.kind);
  return !(error instanceof TimeoutError && error.label === "total");
}
