import { expect, test } from "vitest";
import { header, headerEntries, type HeadersLike } from "../src/header.ts";

function no(): never {
  throw new Error("no");
}

const { proxy: revoked, revoke } = Proxy.revocable({}, {});
revoke();

test.each<[what: string, headers: HeadersLike, value: string | undefined]>([
  ["Headers", new Headers({ "Retry-After": "5" }), "5"],
  ["a Map in another case", new Map([["Retry-After", "5"]]), "5"],
  ["a list of pairs", [["Retry-After", "5"]], "5"],
  ["an object", { "Retry-After": 5 }, "5"],
  ["an object that answers only to `get`", { get: (name: string) => `the ${name}` }, "the retry-after"],
  ["an object whose `get` gives no string", { get: () => ["5"], "retry-after": "6" }, "6"],
  ["an object whose `get` gives null, without listing", { get: () => null, "retry-after": "6" }, undefined],
  ["an object whose `get` throws", { get: no, "retry-after": "6" }, undefined],
  ["an object with a header named get", { get: "5", "retry-after": "6" }, "6"],
  ["an object without it", { date: "" }, undefined],
  ["nothing", undefined, undefined],
])("reads a header of %s", (_, headers, value) => {
  expect(header(headers, "retry-after")).toBe(value);
});

test("lists none of what cannot be read", () => {
  expect([undefined, null, revoked, [1], [[Symbol("name"), "1"], null]].map(headerEntries)).toEqual([
    [],
    [],
    [],
    [],
    [],
  ]);
});
