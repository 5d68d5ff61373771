import { expect, test } from "vitest";
import { firstMatch } from "../src/first-match.ts";
import type { Row } from "../src/index.ts";

const rows: readonly Row[] = [
  [/slow/, 400, 429, 503],
  [/slow/, "overloaded"],
  [/slow|fast/, "server"],
];

test.each<[what: string, text: string, status: number | undefined, outcome: Row[1]]>([
  ["whatever its statuses, without a status", "slow", undefined, 400],
  ["under the first of its statuses", "slow", 429, 400],
  ["under the last of its statuses", "slow", 503, 400],
  ["that is not limited to other statuses", "slow", 500, "overloaded"],
  ["whose statuses do not include its outcome", "slow", 400, "overloaded"],
  ["without statuses, under the status 0", "slow", 0, "overloaded"],
  ["whose pattern matches", "fast", 429, "server"],
])("the first row %s decides", (_, text, status, outcome) => {
  expect(firstMatch(rows, text, status)).toBe(outcome);
});

test("a text that no row matches has no outcome", () => {
  expect(firstMatch(rows, "steady", 429)).toBeUndefined();
});
