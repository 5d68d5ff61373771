import { describe, expect, test } from "vitest";
import { type Facts, gather } from "../src/facts.ts";

const nothing: Facts = { now: 0, codes: [], text: "", headers: [] };

/** The facts, without the empty lines that stand for messages that are missing. */
function told(root: unknown): Facts {
  const facts = gather(root, 0);
  return { ...facts, text: facts.text.trim() };
}

/** An object with `inner` below as many envelopes. */
function wrapped(inner: object, envelopes: number): object {
  return envelopes === 0 ? inner : { error: wrapped(inner, envelopes - 1) };
}

describe("objects", () => {
  test.each<[what: string, root: unknown, facts: Partial<Facts>]>([
    ["nothing of an empty object", {}, {}],
    ["nothing of null", null, {}],
    ["nothing of a number", 503, {}],
    ["the lowest status that there is", { status: 100 }, { status: 100, codes: ["100"] }],
    ["no lower one", { statusCode: 99 }, {}],
    ["the highest status that there is", { statusCode: 599 }, { status: 599 }],
    ["no higher one", { statusCode: 600 }, {}],
    ["a status after a number that is none", { status: 0, statusCode: 404 }, { status: 404, codes: ["0"] }],
    ["a status that is a code", { statusCode: 400, code: "503" }, { status: 503, codes: ["503"] }],
    ["no status of a code that ends like one", { code: "E500" }, { codes: ["E500"] }],
    ["no status of a code that begins like one", { code: "5000" }, { codes: ["5000"] }],
    ["headers", { headers: { a: "1" } }, { headers: [{ a: "1" }] }],
    ["no headers of null", { headers: null, responseHeaders: { a: "1" } }, { headers: [{ a: "1" }] }],
    ["no headers of a string", { headers: "a: 1" }, {}],
    [
      "the code in a header",
      { headers: { "cf-mitigated": "x" } },
      { codes: ["x"], headers: [{ "cf-mitigated": "x" }] },
    ],
    ["the name of an exception", { name: "ThrottlingException" }, { codes: ["ThrottlingException"] }],
    ["no name of a class of errors", { name: "APIConnectionError" }, {}],
    ["no code that is neither text nor a number", { code: {}, type: null, reason: true }, {}],
    ["a hundred characters of a code", { code: "x".repeat(101) }, { codes: ["x".repeat(100)] }],
    ["a quota for a day first", { quotaId: "PerMinute", quotaValue: "PerDay" }, { codes: ["PerDay", "PerMinute"] }],
  ])("tell %s", (_, root, facts) => {
    expect(told(root)).toEqual({ ...nothing, ...facts });
  });

  test("are entered a hundred at most", () => {
    expect(gather(wrapped({ code: "x" }, 99), 0).codes).toEqual(["x"]);
    expect(gather(wrapped({ code: "x" }, 100), 0).codes).toEqual([]);
  });

  test("that are null do not count among the hundred", () => {
    const empty = { lastError: null, error: null, errors: null, body: null, data: null, response: null, detail: null };
    const group = { errors: Array.from({ length: 8 }, () => empty), code: "x" };
    expect(gather([group, group, group], 0).codes).toEqual(["x", "x", "x"]);
  });
});

describe("texts", () => {
  test.each<[what: string, body: string, facts: Partial<Facts>]>([
    ["prose", "over there", { text: "over there" }],
    ["JSON", '{"code":"x"}', { codes: ["x"] }],
    ["JSON over several lines", '{\n  "code": "x"\n}', { codes: ["x"] }],
    ["JSON behind words, with its escapes", 'failed: {"message":"a \\"b\\""}', { text: 'a "b"', quotedCodes: [] }],
    ["the codes of JSON behind words apart", 'failed: {"code":"503"}', { quotedCodes: ["503"] }],
    ["no JSON in a page", '<p>{"code":"x"}', { text: '<p>{"code":"x"}' }],
    ["no JSON in an indented page", '  <p>{"code":"x"}', { text: '<p>{"code":"x"}' }],
    ["JSON with a tag in it", '{"code":"<x>"}', { codes: ["<x>"] }],
    ["JSON that was cut off", '{"code":"x","a', { codes: ["x"], text: '{"code":"x","a' }],
    ["cut JSON with spaces before colons", '{"code" \n:"x","a', { codes: ["x"], text: '{"code" \n:"x","a' }],
    ["cut JSON with spaces behind colons", '{"code": \n"x","a', { codes: ["x"], text: '{"code": \n"x","a' }],
    ["numbers in cut JSON", '{"statusCode":429,"a', { status: 429, text: '{"statusCode":429,"a' }],
  ])("tell %s", (_, body, facts) => {
    expect(told(body)).toEqual({ ...nothing, ...facts });
  });

  test("tell no JSON that begins after 4,096 characters, nor more prose than that", () => {
    const text = "x".repeat(4_096);
    expect(gather(`${text}{"code":"x"}`, 0)).toEqual({ ...nothing, text: `\n${text.slice(1)}` });
  });
});
