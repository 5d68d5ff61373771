import { expect, test } from "vitest";
import { profiles, type ProfileName } from "../src/index.ts";

test("the profiles are those that the documentation gives reasons for", () => {
  const table = Object.entries(profiles).map(
    ([name, { connect, firstContent, gap, total }]) => `${name}: ${connect} / ${firstContent} / ${gap} / ${total}`,
  );
  expect(table).toEqual([
    "quick: 5000 / 10000 / 10000 / 15000",
    "standard: 10000 / 60000 / 30000 / 120000",
    "long: 15000 / 300000 / 60000 / 600000",
    "streaming: 10000 / 60000 / 30000 / 600000",
    "reasoning: 15000 / 300000 / 300000 / 1800000",
  ]);
});

test.each(Object.keys(profiles) as ProfileName[])("%s: no phase outlasts the whole", (name) => {
  const { connect, firstContent, gap, total } = profiles[name];
  expect(connect).toBeLessThanOrEqual(firstContent);
  expect(gap).toBeLessThanOrEqual(firstContent);
  expect(firstContent).toBeLessThan(total);
});
