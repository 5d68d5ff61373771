import { expect, test } from "vitest";
import { estimateTimeout, type EstimateOptions } from "../src/index.ts";

test("a question without a size gets what does not depend on size", () => {
  expect(estimateTimeout()).toBe(15_000);
  expect(estimateTimeout({})).toBe(15_000);
  expect(estimateTimeout({ inputTokens: undefined, outputTokens: undefined })).toBe(15_000);
});

test("the prompt and the answer each add their time", () => {
  expect(estimateTimeout({ inputTokens: 100_000 })).toBe(115_000);
  expect(estimateTimeout({ outputTokens: 1_000 })).toBe(65_000);
  expect(estimateTimeout({ inputTokens: 2_000, outputTokens: 4_000 })).toBe(217_000);
});

test("the rates are the caller's, where he knows them", () => {
  expect(estimateTimeout({ base: 1_000, inputTokens: 100, inputRate: 50, outputTokens: 30, outputRate: 10 })).toBe(
    6_000,
  );
  expect(estimateTimeout({ outputTokens: 1_000, outputRate: Infinity })).toBe(15_000);
});

test("a part of a millisecond is a whole one", () => {
  expect(estimateTimeout({ base: 0, inputTokens: 1, inputRate: 3_000 })).toBe(1);
});

test("leaves Anthropic's own pace of 128,000 tokens an hour time enough", () => {
  for (const outputTokens of [1, 1_000, 8_192, 64_000])
    expect(estimateTimeout({ outputTokens })).toBeGreaterThan((outputTokens / 128_000) * 3_600_000);
});

test("options that are no object are refused", () => {
  expect(() => estimateTimeout(1_000 as never)).toThrow("Expected `options` to be an object, got 1000");
});

test.each<[keyof EstimateOptions, unknown, string]>([
  ["inputTokens", -1, "Expected `inputTokens` to be a number >= 0, got -1"],
  ["outputTokens", NaN, "Expected `outputTokens` to be a number >= 0, got NaN"],
  ["base", "15", 'Expected `base` to be a number >= 0, got "15"'],
  ["inputRate", 0, "Expected `inputRate` to be a number > 0, got 0"],
  ["outputRate", -20, "Expected `outputRate` to be a number > 0, got -20"],
])("an option out of range is refused: %s %s", (option, value, message) => {
  expect(() => estimateTimeout({ [option]: value })).toThrow(message);
});
