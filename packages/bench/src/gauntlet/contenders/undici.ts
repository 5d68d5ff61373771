/** undici, the HTTP client below Node's `fetch`, with its retry interceptor. */
import { Dispatcher, errors, interceptors, request as send } from "undici";
import { request, StatusError, textOf, url, type Contender, type World } from "../contender.ts";
import { bodyOf, headersOf, refusedConnection } from "../fetch-of.ts";
import type { Reply } from "../provider.ts";

/**
 * `undici.request`, configured to retry a POST, which the interceptor does not do by default. Not undici's `fetch`, with which the
 * interceptor cannot retry a POST at all (`UND_ERR_REQ_CONTENT_LENGTH_MISMATCH`).
 */
export const undici: Contender = {
  name: "undici retry",
  packages: ["undici"],
  settings:
    '`undici.request` with `interceptors.retry({ methods: ["POST"] })`, else its defaults (5 retries, 0.5 s, doubling); `headersTimeout` is the attempt\'s limit',
  start(world) {
    const dispatcher = new ModelDispatcher(world).compose(interceptors.retry({ methods: ["POST"] }));
    const headersTimeout = world.limits.attempt;
    return async (signal) => {
      const { statusCode, body } = await send(url, { ...request, method: "POST", dispatcher, signal, headersTimeout });
      if (statusCode !== 200) throw new StatusError(statusCode);
      return textOf(await body.json());
    };
  },
};

/** Replaces undici's sockets, including their headers timeout. */
class ModelDispatcher extends Dispatcher {
  private readonly world: World;

  constructor(world: World) {
    super();
    this.world = world;
  }

  override dispatch({ headersTimeout }: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const { provider, clock } = this.world;
    const controller = new ModelController((reason) => end(() => handler.onResponseError?.(controller, reason)));
    let isOver = false;
    const stopTimer = clock.after(headersTimeout ?? Infinity, () => controller.abort(new errors.HeadersTimeoutError()));

    function end(tell: () => void): void {
      if (isOver) return;
      isOver = true;
      stopTimer();
      tell();
    }
    function respond(reply: Reply): void {
      if (reply.status === 0) return handler.onResponseError?.(controller, refusedConnection());
      const body = Buffer.from(bodyOf(reply));
      const headers = { ...headersOf(reply), "content-length": `${body.length}` };
      try {
        handler.onResponseStart?.(controller, reply.status, headers);
        handler.onResponseData?.(controller, body);
        handler.onResponseEnd?.(controller, {});
      } catch (error) {
        // A handler rejects a response by throwing, and is then told about it like any other failure.
        handler.onResponseError?.(controller, error as Error);
      }
    }

    handler.onRequestStart?.(controller, {});
    if (!isOver)
      provider.send(controller.signal).then(
        (reply) => end(() => respond(reply)),
        () => {},
      );
    return true;
  }
}

class ModelController implements Dispatcher.DispatchController {
  private readonly source = new AbortController();
  private readonly onAbort: (reason: Error) => void;
  readonly paused = false;

  constructor(onAbort: (reason: Error) => void) {
    this.onAbort = onAbort;
  }

  get signal(): AbortSignal {
    return this.source.signal;
  }

  get aborted(): boolean {
    return this.source.signal.aborted;
  }

  get reason(): Error | null {
    return this.aborted ? this.source.signal.reason : null;
  }

  abort(reason: Error): void {
    if (this.aborted) return;
    this.source.abort(reason);
    this.onAbort(reason);
  }

  pause(): void {}

  resume(): void {}
}
