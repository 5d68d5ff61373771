import { expect, test } from "vitest";
import { equal, full, none } from "../src/index.ts";

test("full picks anything from nothing to the whole delay", () => {
  expect(full(1_000, () => 0)).toBe(0);
  expect(full(1_000, () => 0.25)).toBe(250);
  expect(full(1_000, () => 0.999)).toBe(999);
});

test("equal keeps one half and picks the other", () => {
  expect(equal(1_000, () => 0)).toBe(500);
  expect(equal(1_000, () => 0.5)).toBe(750);
  expect(equal(1_000, () => 0.998)).toBe(999);
});

test("none changes nothing and asks no chance", () => {
  const random = (): number => {
    throw new Error("asked");
  };
  expect(none(1_000, random)).toBe(1_000);
});
