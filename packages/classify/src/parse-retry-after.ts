/** Parses how long a server asks to wait from its headers. */
import { header, type HeadersLike } from "./header.ts";
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
  return Math.max(0, date - (parseHttpDate(header(headers, "date"), now) ?? now));
}

function parseNumber(value = "", unit: number): number | undefined {
  const number = /^\s*\d+(\.\d+)?\s*$/.test(value) ? Number(value) * unit : NaN;
  return Number.isFinite(number) ? number : undefined;
}

/** The preferred format, that of RFC 850 and that of asctime. */
const forms = [
  /^\w{3}, (?<day>\d\d) (?<month>\w{3}) (?<year>\d{4}) (?<time>\d\d:\d\d:\d\d) GMT$/,
  /^\w{6,9}, (?<day>\d\d)-(?<month>\w{3})-(?<year>\d\d) (?<time>\d\d:\d\d:\d\d) GMT$/,
  /^\w{3} (?<month>\w{3}) (?<day>[ \d]\d) (?<time>\d\d:\d\d:\d\d) (?<year>\d{4})$/,
];

function parseHttpDate(value = "", now: number): number | undefined {
  for (const form of forms) {
    const groups = form.exec(value.trim())?.groups;
    if (!groups) continue;
    const { day, month, year, time } = groups as Record<"day" | "month" | "year" | "time", string>;
    const thisYear = new Date(now).getUTCFullYear();
    // A year of two digits is at most 50 years in the future (RFC 9110, 5.6.7).
    const century = Math.floor((thisYear + 50 - Number(year)) / 100) * 100;
    const date = `${day.trim()} ${month} ${year.length < 4 ? century + Number(year) : year} ${time}`;
    const parsed = new Date(`${date} GMT`);
    // February 31 parses as well, but as a day in March. An unparsable date becomes "Invalid Date".
    if (parsed.toUTCString().includes(date)) return parsed.getTime();
  }
  return undefined;
}
