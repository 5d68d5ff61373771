import { expect, it } from "vitest";
import { behind, type Standing } from "../../src/speed/standing.ts";

const row = (own: number, peer: number, aim?: number, why?: string): Standing => ({
  what: "this",
  values: [
    { contender: "evenkeel, `.run`", value: own + 1 },
    { contender: "evenkeel", value: own },
    { contender: "slow peer", value: peer + 1 },
    { contender: "peer", value: peer },
  ],
  aim,
  why,
  format: String,
});

it.each<[string, Standing[], string]>([
  ["nothing, where all is reached and nobody is faster", [row(1, 2, 1), row(2, 2)], "Nothing is behind."],
  ["a missed aim", [row(3, 4, 2)], "- **this**: 3; aimed at 2."],
  ["a faster peer", [row(3, 2, 3)], "- **this**: 3; peer 2."],
  ["both, and why", [row(3, 1, 2, "It does more.")], "- **this**: 3; aimed at 2, peer 1. It does more."],
  ["every row", [row(3, 4, 2), row(1, 2), row(5, 4)], "- **this**: 3; aimed at 2.\n- **this**: 5; peer 4."],
  ["no row that is not ours", [{ ...row(9, 1, 2), values: [{ contender: "peer", value: 1 }] }], "Nothing is behind."],
])("tells of %s", (_what, standings, expected) => {
  expect(behind(standings)).toBe(expected);
});
