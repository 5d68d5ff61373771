/** Gives all attempts of one call the same key, by which an upstream can tell a repetition. */
import type { FetchLayer } from "./adapt.ts";

/**
 * Sets `header` to a random UUID, unless the caller has set it.
 * @throws {TypeError} `header` is no header name.
 */
export function idempotencyKey(header: string): FetchLayer {
  if (typeof header !== "string" || !/^[!#$%&'*+.^_`|~\w-]+$/.test(header)) {
    throw new TypeError(`Expected \`idempotencyHeader\` to be a header name, got ${JSON.stringify(header)}`);
  }
  return function idempotencyKey(call, next) {
    const headers = new Headers(call.input.init.headers);
    if (!headers.has(header)) headers.set(header, crypto.randomUUID());
    return next({ ...call, input: { ...call.input, init: { ...call.input.init, headers } } });
  };
}
