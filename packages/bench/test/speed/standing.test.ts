import { expect, it } from "vitest";
import { overview, reasons, type Standing } from "../../src/speed/standing.ts";

const row = (own: number, peer: number, aim?: number, why = "It does more."): Standing => ({
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

it("shows each row with its aim and the best peer, and what ours does not reach in bold", () => {
  const foreign = { ...row(9, 1, 2), values: [{ contender: "peer", value: 1 }] };
  const alone = { ...row(1, 2), values: [{ contender: "@evenkeel/fetch", value: 1 }] };
  expect(overview([row(1, 2, 1), row(3, 4, 2), row(3, 2, 3), row(3, 1, 2), foreign, alone]).split("\n")).toEqual([
    "|      | evenkeel | aimed at |  best peer |",
    "| ---- | -------: | -------: | ---------: |",
    "| this |        1 |        1 |     peer 2 |",
    "| this |        3 |    **2** |     peer 4 |",
    "| this |        3 |        3 | **peer 2** |",
    "| this |        3 |    **2** | **peer 1** |",
    "| this |        1 |          |            |",
  ]);
});

it.each<[string, Standing[], string]>([
  ["nothing, where all is reached and nobody is faster", [row(1, 2, 1), row(2, 2)], "Nothing is behind."],
  ["a missed aim", [row(3, 4, 2)], "- **this**: It does more."],
  ["a faster peer", [row(3, 2, 3)], "- **this**: It does more."],
  [
    "each reason once, with its rows",
    [row(3, 4, 2), row(1, 2), row(5, 4, 9, "It is careful."), { ...row(5, 4), what: "that" }],
    "- **this; that**: It does more.\n- **this**: It is careful.",
  ],
  ["no row that is not ours", [{ ...row(9, 1, 2), values: [{ contender: "peer", value: 1 }] }], "Nothing is behind."],
])("tells why ours is behind in %s", (_what, standings, expected) => {
  expect(reasons(standings)).toBe(expected);
});
