import { expect, test } from "vitest";
import { chainOf } from "../src/chain-of.ts";

const [first, second, third] = [new Error("first"), new Error("second"), new Error("third")];

test.each<[what: string, error: unknown, causes: readonly unknown[]]>([
  ["an error without a cause", {}, []],
  ["a cause of null", { cause: null }, []],
  ["a cause of undefined", { cause: undefined }, []],
  ["a cause that is a string", { cause: "why" }, ["why"]],
  ["causes side by side", { errors: [third], lastError: second, cause: first }, [first, second, third]],
  ["a cause under two names", { cause: first, lastError: first, errors: [second, first] }, [first, second]],
  ["the nearer causes before the farther", { errors: [{ cause: third }, second] }, [{ cause: third }, second, third]],
])("lists %s", (_, error, causes) => {
  expect(chainOf(error)).toEqual([error, ...causes]);
});

test.each([undefined, null, "thrown", 0])("lists %s by itself", (error) => {
  expect(chainOf(error)).toEqual([error]);
});

test("ends after sixteen, in length and in breadth", () => {
  const links: { cause?: object }[] = [{}];
  while (links.length < 20) links.unshift({ cause: links[0]! });
  expect(chainOf(links[0])).toEqual(links.slice(0, 16));
  const errors = Array.from({ length: 8 }, (_, index) => ({ index, errors: [{ index }, { index }] }));
  expect(chainOf({ errors })).toHaveLength(16);
});
