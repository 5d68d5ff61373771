import * as fc from "fast-check";
import { afterEach, expect, test, vi } from "vitest";
import { parseReset } from "../src/duration.ts";

const now = 5e8;

test.each<[text: string, wait: number | undefined]>([
  [" 5 ", 5_000],
  ["2592000", 30 * 86_400_000],
  ["999999999", 999_999_999_000],
  ["1000000000", 1e12 - now],
  ["99999999999", 99_999_999_999_000 - now],
  ["100000000000", 1e11 - now],
  ["100000", 1e8],
  ["1970-01-01T00:00:00Z", 0],
  [" 1970-01-07T00:00Z ", 518_400_000 - now],
  ["1970-13-01T00:00:00Z", undefined],
  [" 6m0s", 360_000],
  ["1 minute", 60_000],
  ["1 month", 30 * 86_400_000],
  ["2 Months 1 day", 61 * 86_400_000],
  ["2 weeks", 14 * 86_400_000],
  ["1w2d", 9 * 86_400_000],
  ["1s, 1s", 1_000],
  ["1 hour, 12 minutes and 3 seconds", 4_323_000],
  ["3mo", 90 * 86_400_000],
  ["soon", undefined],
])("the time until %j is %j", (text, wait) => {
  expect(parseReset(text, now)).toBe(wait);
});

afterEach(() => vi.unstubAllEnvs());

test.each(["America/New_York", "Asia/Tokyo"])("a date that names no zone is of UTC, also in %s", (zone) => {
  vi.stubEnv("TZ", zone);
  const wait = 518_400_000 - now;
  expect(parseReset("1970-01-07T00:00", now)).toBe(wait);
  expect(parseReset("1970-01-07T00:00:00.25", now)).toBe(wait + 250);
  for (const text of ["1970-01-07T00:00:00Z", "1970-01-07T02:00:00+02:00", "1970-01-06T19:00:00-05:00"])
    expect(parseReset(text, now)).toBe(wait);
});

/** Writes a duration as Go's `Duration.String` does. */
function inGo(ms: number): string {
  if (ms > 0 && ms < 1_000) return `${ms}ms`;
  const minutes = Math.floor(ms / 60_000);
  const seconds = `${(ms % 60_000) / 1_000}s`;
  if (minutes === 0) return seconds;
  return minutes < 60 ? `${minutes}m${seconds}` : `${Math.floor(minutes / 60)}h${minutes % 60}m${seconds}`;
}

test("every duration that Go writes is read to the millisecond", () => {
  fc.assert(
    fc.property(fc.nat(1e9), (ms) => {
      expect(parseReset(inGo(ms), now)).toBeCloseTo(ms, 5);
    }),
  );
});
