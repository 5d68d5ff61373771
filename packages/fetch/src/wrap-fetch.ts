/** Wraps a fetch in layers of your choice. */
import { adapt, asFetch, type FetchLayer, type FetchOptions } from "./adapt.ts";
import { everyProvider } from "./every-provider.ts";
import type { FetchFunction } from "./request.ts";

/**
 * Wraps `fetch` in layers, the first being the outermost, and returns a drop-in `fetch`. The layers see a failed response as an
 * `HttpError`; the caller gets the response itself. No layers are added: the profile's limits guard a body once it is handed on, but
 * up to its first content only `headers` and a `timeout` among the layers bound an attempt.
 * @param fetch The fetch to send with, or options, which may include one.
 * @example
 * const client = new OpenAI({ fetch: wrapFetch(fetch, retry({ retries: 5 }), timeout(60_000)), maxRetries: 0 });
 * @throws {RangeError | TypeError} An option is out of range, or `fetch` or a layer is not a function.
 */
export function wrapFetch(fetch: FetchFunction | FetchOptions, ...layers: FetchLayer[]): typeof globalThis.fetch {
  // A layer would be called with a URL.
  if (typeof fetch === "function" && "run" in fetch)
    throw new TypeError(`Expected \`fetch\` to be a fetch or options, got a layer`);
  const options = typeof fetch === "object" && fetch !== null ? fetch : { fetch };
  return asFetch(adapt(everyProvider, layers, false, options));
}
