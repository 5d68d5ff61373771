/** The fetches to compare. Each is loaded only by the processes that measure it. */

/** What all contenders accept. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export const fetches = {
  evenkeel: async () => (await import("@evenkeel/fetch")).resilientFetch(),
  "ours without layers": async () => (await import("./parts.ts")).withoutLayers(),
  "ours with both limits": async () => (await import("./parts.ts")).withLimits(),
  "ours with limits, retry, breaker and limiter": async () => (await import("./parts.ts")).withLayers(),

  "p-retry": async () => {
    const { default: pRetry } = await import("p-retry");
    return (url, init) => pRetry(() => fetch(url, init));
  },
  cockatiel: async () => {
    const { circuitBreaker, ConsecutiveBreaker, ExponentialBackoff, handleAll, retry, timeout, TimeoutStrategy, wrap } =
      await import("cockatiel");
    const policy = wrap(
      retry(handleAll, { maxAttempts: 3, backoff: new ExponentialBackoff() }),
      circuitBreaker(handleAll, { halfOpenAfter: 10_000, breaker: new ConsecutiveBreaker(5) }),
      timeout(300_000, { strategy: TimeoutStrategy.Cooperative, abortOnReturn: false }),
    );
    return (url, init) => policy.execute(({ signal }) => fetch(url, { ...init, signal }));
  },
  ky: async () => {
    const { default: ky } = await import("ky");
    const client = ky.create({ retry: { methods: ["post"] }, timeout: 300_000 });
    return (url, init) => client(url, init);
  },

  // The least that a fetch costs if it inspects its answers: to retry a truncated one, it must read it whole and return a new response.
  "read and rebuilt, no more": async () => async (url, init) => {
    const response = await fetch(url, init);
    return new Response(await response.arrayBuffer(), response);
  },
  // The least with the two limits of an answer, to its beginning and to its end.
  "read and rebuilt under two limits": async () => async (url, init) => {
    const controller = new AbortController();
    const limits = [300_000, 600_000].map((ms) => setTimeout(() => controller.abort(), ms));
    const response = await fetch(url, { ...init, signal: controller.signal });
    const bytes = await response.arrayBuffer();
    limits.forEach(clearTimeout);
    return new Response(bytes, response);
  },
  // The same for streams: every chunk passes through a second one.
  "a second stream, no more": async () => secondStream(() => {}),
  // The least of a stream that is content-aware: every event is decoded, and searched for what may be an error or an end.
  "a second stream, searched": async () => {
    const decoder = new TextDecoder();
    return secondStream((chunk) => void /error|"finish_reason": ?"/.test(decoder.decode(chunk)));
  },
} satisfies Record<string, () => Promise<Fetch>>;

export type FetchName = keyof typeof fetches;

/** Hands each chunk on through a stream of its own. */
function secondStream(look: (chunk: Uint8Array) => void): Fetch {
  return async (url, init) => {
    const response = await fetch(url, init);
    const reader = response.body!.getReader();
    const source: UnderlyingDefaultSource<Uint8Array> = {
      async pull(controller) {
        const { done, value } = await reader.read();
        if (done) return controller.close();
        look(value);
        controller.enqueue(value);
      },
    };
    return new Response(new ReadableStream(source, { highWaterMark: 0 }), response);
  };
}
