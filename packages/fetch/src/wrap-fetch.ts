/** Puts layers of one's own choice around a fetch. */
import { classify, classifyEvent, classifyResponse } from "@evenkeel/classify";
import { adapt, asFetch, type FetchLayer, type FetchOptions } from "./adapt.ts";
import type { FetchFunction } from "./request.ts";

/**
 * Wraps `fetch` in layers, the first being the outermost, and returns a drop-in `fetch`. The layers see a failed response as an
 * `HttpError`; the caller gets the response itself back. No layer is added; a body that was handed on is guarded by
 * the limits of the request's profile, and an attempt up to there by a `timeout` among the layers.
 * @param fetch The fetch to send with, or options, of which it may be one.
 * @example
 * const client = new OpenAI({ fetch: wrapFetch(fetch, retry({ retries: 5 }), timeout(60_000)), maxRetries: 0 });
 * @throws {RangeError | TypeError} An option is out of range, or `fetch` or a layer is no function.
 */
export function wrapFetch(fetch: FetchFunction | FetchOptions, ...layers: FetchLayer[]): typeof globalThis.fetch {
  const options = isOptions(fetch) ? fetch : { fetch };
  return asFetch(adapt({ classify, classifyEvent, classifyResponse }, layers, false, options));
}

function isOptions(fetch: FetchFunction | FetchOptions): fetch is FetchOptions {
  return typeof fetch === "object" && fetch !== null;
}
