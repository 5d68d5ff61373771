/** Parses durations as providers write them (`26s`, `6m0s`, `1h2m3.5s`, `634ms`, `120µs`, `5 minutes`), and points in time. */

/** The units in ms, by their first letters; a month is 30 days. Any other unit is a microsecond, whose letter has three code points: u, µ and μ. */
const units: Readonly<Record<string, number>> = {
  n: 1e-6,
  ms: 1,
  mi: 1,
  s: 1e3,
  m: 6e4,
  h: 36e5,
  d: 864e5,
  w: 6048e5,
  mo: 2592e6,
};
const microsecond = 1e-3;

/** Returns the duration at the start of `text` in ms, or `undefined` if there is none. */
export function parseDuration(text: string): number | undefined {
  let total: number | undefined;
  // Prose joins its parts: 1 hour, 2 minutes and 3 seconds. A header that was sent twice reads `1s, 1s`.
  const parts = /(?:,? and|,(?= \d+ ))?\s*(\d+(?:\.\d+)?)\s*(ms|mi(?=lli)|mo|[nuµμ](?=s)|[smhdw])[a-zµμ]*/giy;
  for (const [, number, unit] of text.matchAll(parts)) {
    total = (total ?? 0) + Number(number) * (units[unit!.toLowerCase()] ?? microsecond);
  }
  return total;
}

/**
 * Returns how long after `now` the time in `text` is, in ms; 0 if it is in the past. The text may be a duration, a number of seconds,
 * seconds or milliseconds since the epoch (told apart by magnitude), or an RFC 3339 date, in UTC unless it names a time zone. Returns
 * `undefined` for anything else.
 */
export function parseReset(text: string, now: number): number | undefined {
  const trimmed = text.trim();
  if (/^\d+(\.\d+)?$/.test(trimmed)) {
    const number = Number(trimmed);
    // Up to here a number of seconds: even a monthly quota is shorter, and seconds since the epoch have had ten digits since 2001.
    if (number < 1e9) return number * 1e3;
    return Math.max(0, (number < 1e11 ? number * 1e3 : number) - now);
  }
  if (/^\d{4}-\d\d-\d\dT/.test(trimmed)) {
    const instant = Date.parse(trimmed.replace(/T[\d:.]+$/, "$&Z"));
    return Number.isNaN(instant) ? undefined : Math.max(0, instant - now);
  }
  return parseDuration(trimmed);
}
