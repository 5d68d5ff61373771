/** Sends the same key with all attempts of a call, so that the upstream can recognise a repeated request. */
import type { FetchLayer } from "./adapt.ts";

/**
 * Returns a layer that sets `header` to a random UUID unless the caller has set it. Place it above the retry.
 * @example
 * const client = new OpenAI({ fetch: wrapFetch(fetch, idempotencyKey("idempotency-key"), retry()), maxRetries: 0 });
 * @throws {TypeError} `header` is not a valid header name.
 */
export function idempotencyKey(header: string): FetchLayer {
  return keyIn(header, "header");
}

/**
 * Returns the layer of `idempotencyKey`.
 * @param name What the error calls `header`: the parameter or the option that the user has set.
 * @throws {TypeError} `header` is not a valid header name.
 */
export function keyIn(header: string, name: string): FetchLayer {
  if (typeof header !== "string" || !/^[!#$%&'*+.^_`|~\w-]+$/.test(header)) {
    throw new TypeError(`Expected \`${name}\` to be a header name, got ${JSON.stringify(header)}`);
  }
  return function idempotencyKey(call, next) {
    const headers = new Headers(call.input.init.headers);
    if (!headers.has(header)) headers.set(header, crypto.randomUUID());
    return next({ ...call, input: { ...call.input, init: { ...call.input.init, headers } } });
  };
}
