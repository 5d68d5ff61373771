/** Sends the same key with all attempts of a call, so that the upstream can recognise a repeated request. */
import type { FetchLayer } from "./adapt.ts";

/**
 * Returns a layer that sets `header` to a random UUID unless the caller has set it. Place it above the retry.
 * @throws {TypeError} `header` is not a valid header name.
 */
export function idempotencyKey(header: string): FetchLayer {
  checkHeaderName("header", header);
  return function idempotencyKey(call, next) {
    const headers = new Headers(call.input.init.headers);
    if (!headers.has(header)) headers.set(header, crypto.randomUUID());
    return next({ ...call, input: { ...call.input, init: { ...call.input.init, headers } } });
  };
}

/**
 * Returns `value` if it is a valid header name.
 * @throws {TypeError} `value` is anything else.
 */
export function checkHeaderName(name: string, value: string): string {
  if (typeof value === "string" && /^[!#$%&'*+.^_`|~\w-]+$/.test(value)) return value;
  throw new TypeError(`Expected \`${name}\` to be a header name, got ${JSON.stringify(value)}`);
}
