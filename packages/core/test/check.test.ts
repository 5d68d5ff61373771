import { checkFunction, checkNumber, checkOneOf, checkOptions, judge, startCall } from "@evenkeel/core";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";

describe("checkNumber", () => {
  it.each<[unknown]>([[NaN], ["5"]])("when it refuses %o, in the midst of a call, blames no upstream", (value) => {
    const refusal = refusalOf(() => checkNumber("cost", value as number));
    const verdict = judge(startCall(undefined), refusal);
    expect(verdict).toEqual({ action: "stop", kind: "unknown", processed: "no", health: "neutral" });
    expect(inspect(refusal)).not.toContain("verdict");
  });

  it.each([
    [0, {}],
    [0.5, {}],
    [Number.MAX_VALUE, {}],
    [Infinity, {}],
    [3, { integer: true, min: 3 }],
    [Infinity, { integer: true }],
    [-5, { min: -5 }],
    [Number.MIN_VALUE, { exclusive: true }],
    [1, { max: 1 }],
  ])("takes %o by the rule %o", (value, rule) => {
    expect(checkNumber("option", value, rule)).toBe(value);
  });

  it.each([
    [-1, {}, "a number >= 0, got -1"],
    [Number.NaN, {}, "a number >= 0, got NaN"],
    [-Infinity, {}, "a number >= 0, got -Infinity"],
    [-1, { integer: true }, "an integer >= 0, got -1"],
    [1.5, { integer: true }, "an integer >= 0, got 1.5"],
    [Number.NaN, { integer: true }, "an integer >= 0, got NaN"],
    [2, { integer: true, min: 3 }, "an integer >= 3, got 2"],
    [0, { exclusive: true }, "a number > 0, got 0"],
    [0, { integer: true, exclusive: true }, "an integer > 0, got 0"],
    [1.1, { max: 1 }, "a number >= 0 and <= 1, got 1.1"],
    [Infinity, { max: 1 }, "a number >= 0 and <= 1, got Infinity"],
    [Infinity, { integer: true, max: 9 }, "an integer >= 0 and <= 9, got Infinity"],
  ])("refuses %o by the rule %o", (value, rule, message) => {
    expect(() => checkNumber("option", value, rule)).toThrow(new RangeError(`Expected \`option\` to be ${message}`));
  });

  it.each<[unknown, string]>([
    ["5", '"5"'],
    ['a "quote"', String.raw`"a \"quote\""`],
    [undefined, "undefined"],
    [null, "null"],
    [true, "true"],
    [5n, "5"],
    [Symbol("five"), "Symbol(five)"],
    [{}, "[object Object]"],
    [[5], "[object Array]"],
    [Promise.resolve(5), "[object Promise]"],
    [() => 5, "[object Function]"],
    [Object.create(null), "[object Object]"],
    [{ toString: () => expect.unreachable(), valueOf: () => 5 }, "[object Object]"],
  ])("says what %o is, which is no number", (value, shown) => {
    expect(() => checkNumber("option", value as number)).toThrow(
      new TypeError(`Expected \`option\` to be a number >= 0, got ${shown}`),
    );
  });
});

describe("checkFunction", () => {
  it("takes a function", () => {
    const given = (): void => {};
    expect(checkFunction("option", given)).toBe(given);
    expect(checkFunction("option", Map)).toBe(Map);
  });

  it.each<[unknown, string]>([
    [5, "5"],
    ["retry", '"retry"'],
    [undefined, "undefined"],
    [{}, "[object Object]"],
    [Object.create(null), "[object Object]"],
  ])("refuses %o", (value, shown) => {
    expect(() => checkFunction("option", value)).toThrow(
      new TypeError(`Expected \`option\` to be a function, got ${shown}`),
    );
  });
});

describe("checkOneOf", () => {
  it("returns a word that is allowed", () => {
    expect(checkOneOf("option", "b", ["a", "b"])).toBe("b");
  });

  it.each<[unknown, string]>([
    ["c", '"c"'],
    [5, "5"],
    [undefined, "undefined"],
  ])("refuses %o", (value, shown) => {
    expect(() => checkOneOf("option", value as "a", ["a", "b"])).toThrow(
      new TypeError(`Expected \`option\` to be "a" or "b", got ${shown}`),
    );
  });
});

describe("checkOptions", () => {
  it.each([[{}], [{ retries: 1 }], [Object.create(null)], [undefined]])("allows %o", (options) => {
    expect(() => checkOptions(options)).not.toThrow();
  });

  it.each<[unknown, string]>([
    [5, "5"],
    ["total", '"total"'],
    [false, "false"],
    [() => 5, "[object Function]"],
  ])("refuses %o", (options, shown) => {
    expect(() => checkOptions(options)).toThrow(new TypeError(`Expected \`options\` to be an object, got ${shown}`));
  });
});

function refusalOf(check: () => unknown): unknown {
  try {
    return check();
  } catch (error) {
    return error;
  }
}
