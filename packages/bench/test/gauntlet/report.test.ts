import { describe, expect, it } from "vitest";
import { bins } from "../../src/gauntlet/outcome.ts";
import { help, readOptions } from "../../src/gauntlet/options.ts";
import { plot } from "../../src/gauntlet/plot.ts";
import { scenarios } from "../../src/gauntlet/scenarios.ts";
import type { Summary } from "../../src/gauntlet/summary.ts";
import { goodputTable, outcomeTable } from "../../src/gauntlet/table.ts";
import { verdict } from "../../src/gauntlet/verdict.ts";

function summaryOf(contender: string, goodput: number, changes: Partial<Summary> = {}): Summary {
  const values = Array.from({ length: bins }, () => goodput);
  return {
    scenario: "made up",
    contender,
    runs: 40,
    goodput: { mean: goodput, error: 0.001 },
    load: { mean: 1.1, error: 0.01 },
    loadInTrouble: undefined,
    p50: 1,
    p99: 3,
    wasted: { mean: 0, error: 0 },
    recovery: undefined,
    collapsed: 0,
    answered: values,
    requests: values,
    ...changes,
  };
}

describe("the verdict", () => {
  const field = { ours: "us", peers: ["a", "b", "c"], advantaged: ["d"] };
  const rivals = [
    summaryOf("a", 0.9),
    summaryOf("b", 0.99, { load: { mean: 1.31, error: 0 } }),
    summaryOf("c", 0.95, { collapsed: 1 }),
    summaryOf("d", 1),
  ];

  it.each([
    ["the best", 0.91],
    ["the best", 0.9],
    ["level with the best", 0.883],
    ["**behind the best**", 0.88],
  ])("is that we are %s at %d, by those who neither collapse nor crowd, and know no more", (place, goodput) => {
    const sentence = verdict([summaryOf("us", goodput), ...rivals], field);
    expect(sentence).toMatch(`us is ${place}: ${(100 * goodput).toFixed(1)} %; best peer: a, 90.0 %.`);
  });

  it("names whoever answered more, and says why they are not compared", () => {
    expect(verdict([summaryOf("us", 0.97), ...rivals], field)).toBe(
      "us is the best: 97.0 %; best peer: a, 90.0 %. Higher, but not compared: b 99.0 % (1.31 requests per call), d 100.0 % (knows the concurrency limit).",
    );
    const all = verdict([summaryOf("us", 0.94), ...rivals], field);
    expect(all).toMatch("compared: b 99.0 % (1.31 requests per call), c 95.0 % (collapsed in 1 of 40 runs), d");
    expect(verdict([summaryOf("us", 1), ...rivals], field)).not.toMatch("More");
  });

  it("does not excuse a collapse, or a crowd, of our own", () => {
    expect(verdict([summaryOf("us", 1, { collapsed: 1 }), ...rivals], field)).toMatch("us is **not comparable**");
    expect(verdict([summaryOf("us", 1, { load: { mean: 1.4, error: 0 } }), ...rivals], field)).toMatch(
      "**not comparable**",
    );
  });

  it("is none where there is nobody to compare", () => {
    expect(verdict([summaryOf("us", 1)], field)).toBeUndefined();
    expect(verdict(rivals, field)).toBeUndefined();
  });
});

describe("the table", () => {
  it("is aligned, and leaves out what nobody can say", () => {
    const rows = outcomeTable([summaryOf("us", 1), summaryOf("them", 0.5, { collapsed: 28 })], (name) => `*${name}*`);
    expect(rows.split("\n")).toEqual([
      "| contender |   goodput % | requests per call | p50 s | p99 s | wasted answers per 1,000 calls | collapsed |",
      "| --------- | ----------: | ----------------: | ----: | ----: | -----------------------------: | --------: |",
      "| *us*      | 100.0 ± 0.1 |     1.100 ± 0.010 |  1.00 |  3.00 |                            0.0 |      0/40 |",
      "| *them*    |  50.0 ± 0.1 |     1.100 ± 0.010 |  1.00 |  3.00 |                            0.0 |     28/40 |",
    ]);
  });

  it("tells who never recovers", () => {
    expect(outcomeTable([summaryOf("us", 1, { recovery: Infinity })], String)).toMatch("never");
    expect(outcomeTable([summaryOf("us", 1, { recovery: 2.5 })], String)).toMatch(/ 2\.5 /);
  });
});

describe("the overview", () => {
  it("shows every contender in every scenario, and who was answered at the provider's expense", () => {
    const other = { scenario: "other" };
    const summaries = [
      summaryOf("us", 1),
      summaryOf("them", 0.5, { collapsed: 1 }),
      summaryOf("us", 0.8, other),
      summaryOf("they", 0.999, { ...other, load: { mean: 1.31, error: 0 } }),
    ];
    expect(goodputTable(summaries, (name) => name.toUpperCase()).split("\n")).toEqual([
      "| goodput % | made up |  other |",
      "| --------- | ------: | -----: |",
      "| US        |   100.0 |   80.0 |",
      "| THEM      |  *50.0* |        |",
      "| THEY      |         | *99.9* |",
    ]);
  });
});

describe("the picture", () => {
  it("has a line for everybody in each panel, and leaves gaps where nothing was measured", () => {
    const lines = [
      { name: "us", values: [0, 1, 0.5], isBold: true },
      { name: "them", values: [NaN, 1, 2], isBold: false },
    ];
    const panel = { title: "Shares", lines, top: 1, format: String };
    const picture = plot({ panels: [panel, panel], seconds: 60, shaded: { from: 20, to: 40 } });
    expect(picture.match(/<polyline/g)).toHaveLength(4);
    expect(picture).not.toMatch(/NaN|undefined/);
    const pointCounts = [...picture.matchAll(/points="([^"]*)"/g)].map(([, points]) => points!.split(" ").length);
    expect(pointCounts.toSorted((a, b) => a - b)).toEqual([2, 2, 3, 3]);
  });
});

describe("the command line", () => {
  it("runs everything by default, and only then is the report worth keeping", () => {
    expect(readOptions([])).toMatchObject({ seeds: 40, isWhole: true, scenarios });
    for (const args of [
      ["--seeds", "40"],
      ["--processes", "1"],
      ["--short"],
      ["--settings"],
      ["--scenario", "spike"],
      ["--contender", "openai"],
    ]) {
      expect(readOptions(args)).toMatchObject({ isWhole: false });
    }
  });

  it("picks what is named", () => {
    const options = readOptions([
      "--scenario",
      "spike",
      "--scenario",
      "dead",
      "--contender",
      "evenkeel, untouched",
      "--seeds",
      "3",
    ]);
    expect(options).toMatchObject({
      scenarios: [{ name: "spike" }, { name: "dead" }],
      contenders: [{ name: "evenkeel, untouched" }],
      seeds: 3,
    });
  });

  it("compares the defaults with other settings instead of with peers", () => {
    const options = readOptions(["--settings"]);
    expect(options).toMatchObject({
      contenders: [{ name: "evenkeel" }, { name: "half of 10 calls" }, {}, {}, {}, {}, {}, {}, {}],
    });
  });

  it("spreads the calls over as many processes as it is told", () => {
    const options = readOptions(["--processes", "50", "--scenario", "spike"]);
    expect(options).toMatchObject({ scenarios: [{ name: "spike", processes: 50 }] });
  });

  it("is short without the scenario of an hour", () => {
    const options = readOptions(["--short"]);
    expect(options).toMatchObject({ seeds: 2 });
    expect(options).not.toMatchObject({ scenarios });
  });

  it.each([
    [["--seeds", "0"], 'Expected --seeds to be an integer from 1 to 10000, got "0"'],
    [["--seeds", "many"], 'Expected --seeds to be an integer from 1 to 10000, got "many"'],
    [["--processes", "0.5"], 'Expected --processes to be an integer from 1 to 10000, got "0.5"'],
    [["--scenario", "flood"], /Expected --scenario to be one of "steady", .* got "flood"/],
    [["--contender", "axios"], /Expected --contender to be one of "evenkeel", .* got "axios"/],
    [["--fast"], /Unknown option '--fast'/],
    [["spike"], /Unexpected argument 'spike'/],
  ])("refuses %j and says why", (args, message) => {
    expect(() => readOptions(args)).toThrow(message);
  });

  it("explains itself", () => {
    expect(readOptions(["--help"])).toBe("help");
    for (const { name } of scenarios) expect(help).toMatch(name);
  });
});
