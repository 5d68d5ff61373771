/** Parses how long a server asks to wait from its headers. */
import { header, type HeadersLike } from "./header.ts";
import { parseHttpDate, serverTime } from "./http-date.ts";
import { nowOf } from "./now-of.ts";

export interface ParseRetryAfterOptions {
  /** The current time in ms since the epoch, for dates in a response without a `Date` header. @default the system clock's */
  readonly now?: number | undefined;
}

/**
 * Returns how long the headers ask to wait, in ms. Reads `retry-after-ms`, `x-ms-retry-after-ms`, `x-amz-retry-after` and
 * `retry-after`, in seconds or as an HTTP date (all three formats of RFC 9110, 5.6.7), relative to the server's own `Date` header if
 * there is one. Returns 0 for a date in the past, and `undefined` for anything that is not strictly valid. Never throws.
 */
export function parseRetryAfter(headers: HeadersLike, options?: ParseRetryAfterOptions): number | undefined {
  const now = nowOf(options);
  for (const name of ["retry-after-ms", "x-ms-retry-after-ms", "x-amz-retry-after"]) {
    const wait = parseNumber(header(headers, name), 1);
    if (wait !== undefined) return wait;
  }
  const value = header(headers, "retry-after");
  const date = parseHttpDate(value, now);
  if (date === undefined) return parseNumber(value, 1e3);
  return Math.max(0, date - serverTime(headers, now));
}

function parseNumber(value = "", unit: number): number | undefined {
  const number = /^\s*\d+(\.\d+)?\s*$/.test(value) ? Number(value) * unit : NaN;
  return Number.isFinite(number) ? number : undefined;
}
