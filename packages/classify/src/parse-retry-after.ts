/** Reads how long a server asks to be left alone, from its headers. */
import { header, type HeadersLike } from "./header.ts";
import { nowOf } from "./now-of.ts";

export interface ParseRetryAfterOptions {
  /** The current time, in ms since the epoch, for a date without a `Date` header beside it. @default the system clock's */
  readonly now?: number | undefined;
}

/**
 * Returns the wait in ms that the headers ask for: `retry-after-ms`, `x-ms-retry-after-ms`, `x-amz-retry-after`, or `retry-after`
 * in seconds or as an HTTP date (all three forms of RFC 9110, 5.6.7), measured by the server's own `Date` where it sent one.
 * What is not valid to the letter is `undefined`; a date in the past is 0. Never throws.
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

/** The fixed form, RFC 850's and asctime's, each to the letter. */
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
    // Two digits mean the year that is not more than 50 years ahead.
    const century = Math.floor((thisYear + 50 - Number(year)) / 100) * 100;
    const date = `${day.trim()} ${month} ${year.length < 4 ? century + Number(year) : year} ${time}`;
    const parsed = new Date(`${date} GMT`);
    // A 31st of February parses too, but as another day; what does not parse is an "Invalid Date".
    if (parsed.toUTCString().includes(date)) return parsed.getTime();
  }
  return undefined;
}
