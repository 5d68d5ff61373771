import { expect, test } from "vitest";
import { parseReset } from "../src/duration.ts";

const now = 5e8;

test.each<[text: string, wait: number | undefined]>([
  [" 5 ", 5_000],
  ["999999", 999_999_000],
  ["1000000", 1e9 - now],
  ["99999999999", 99_999_999_999_000 - now],
  ["100000000000", 1e11 - now],
  ["100000", 1e8],
  ["1970-01-01T00:00:00Z", 0],
  [" 1970-01-07T00:00Z ", 518_400_000 - now],
  ["1970-13-01T00:00:00Z", undefined],
  [" 6m0s", 360_000],
  ["soon", undefined],
])("the time until %j is %j", (text, wait) => {
  expect(parseReset(text, now)).toBe(wait);
});
