/** Parses HTTP dates. */
import { header, type HeadersLike } from "./header.ts";

/** The preferred format, that of RFC 850 and that of asctime. */
const forms = [
  /^\w{3}, (?<day>\d\d) (?<month>\w{3}) (?<year>\d{4}) (?<time>\d\d:\d\d:\d\d) GMT$/,
  /^\w{6,9}, (?<day>\d\d)-(?<month>\w{3})-(?<year>\d\d) (?<time>\d\d:\d\d:\d\d) GMT$/,
  /^\w{3} (?<month>\w{3}) (?<day>[ \d]\d) (?<time>\d\d:\d\d:\d\d) (?<year>\d{4})$/,
];

/** Returns the date in all three formats of RFC 9110, 5.6.7, in ms since the epoch, or `undefined` for anything else. */
export function parseHttpDate(value = "", now: number): number | undefined {
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

/**
 * Returns the server's time by its `Date` header, or `now` if there is none. A time in a response refers to the server's clock: ours
 * may be wrong, and a monotonic clock stops while a computer sleeps.
 */
export function serverTime(headers: HeadersLike, now: number): number {
  return parseHttpDate(header(headers, "date"), now) ?? now;
}
