import { quietly } from "@evenkeel/core";
import { describe, expect, it } from "vitest";

describe("quietly", () => {
  it("returns what was asked for", () => {
    expect(quietly(() => 5)).toBe(5);
  });

  it("returns nothing if that throws", () => {
    const ask = (): number => {
      throw new Error("not today");
    };
    expect(quietly(ask)).toBe(undefined);
  });
});
