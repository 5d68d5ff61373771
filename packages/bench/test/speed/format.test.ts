import { expect, it } from "vitest";
import { memory, spread, time, times } from "../../src/speed/format.ts";

it.each([
  [time(39.44), "39.4 ns"],
  [time(999.9), "1.00 µs"],
  [time(4_480_000), "4.48 ms"],
  [time(2.3e10), "23.0 s"],
  [memory(248.3), "248 B"],
  [memory(1_282), "1.28 kB"],
  [memory(13_825_000), "13.8 MB"],
  [memory(-3), "-3 B"],
  [times(2.104), "2.10"],
  [times(153.2), "153"],
  [times(54_321.9), "54,322"],
])("%s is %s", (formatted, expected) => {
  expect(formatted).toBe(expected);
});

it("tells the middle and the ends of what was found", () => {
  expect(spread([3, 1, 2], times)).toEqual(["2.00", "1.00 to 3.00"]);
});
