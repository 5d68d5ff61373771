/** Parses the spans of time that providers write: `26s`, `6m0s`, `1h2m3.5s`, `634ms`, `120µs`, `5 minutes`, and instants. */

/** The units in ms, by their first letters. Any other unit is a microsecond, whose letter has three code points: u, µ and μ. */
const units: Readonly<Record<string, number>> = { n: 1e-6, ms: 1, mi: 1, s: 1e3, m: 6e4, h: 36e5, d: 864e5 };
const microsecond = 1e-3;

/** Returns the milliseconds of the duration that `text` starts with, or `undefined` where it starts with none. */
export function parseDuration(text: string): number | undefined {
  let total: number | undefined;
  const part = /\s*(\d+(?:\.\d+)?)\s*(ms|mi(?=lli)|[nuµμ](?=s)|[smhd])[a-zµμ]*/iy;
  for (let match = part.exec(text); match; match = part.exec(text)) {
    total = (total ?? 0) + Number(match[1]) * (units[match[2]!.toLowerCase()] ?? microsecond);
  }
  return total;
}

/**
 * Returns the milliseconds from `now` until the time that `text` names: a duration, seconds, the epoch's seconds or
 * milliseconds (told apart by magnitude), or an RFC 3339 date, of UTC where it names no zone; `undefined` for anything else, and
 * 0 for what is past.
 */
export function parseReset(text: string, now: number): number | undefined {
  const trimmed = text.trim();
  if (/^\d+(\.\d+)?$/.test(trimmed)) {
    const number = Number(trimmed);
    // A quota may be a month's, and the epoch's seconds have had ten digits since 2001.
    if (number < 1e9) return number * 1e3;
    return Math.max(0, (number < 1e11 ? number * 1e3 : number) - now);
  }
  if (/^\d{4}-\d\d-\d\dT/.test(trimmed)) {
    const instant = Date.parse(trimmed.replace(/T[\d:.]+$/, "$&Z"));
    return Number.isNaN(instant) ? undefined : Math.max(0, instant - now);
  }
  return parseDuration(trimmed);
}
