import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseRetryAfter } from "../src/index.ts";

/** Sun, 06 Nov 1994 08:49:37 GMT, the example of RFC 9110. */
const example = Date.UTC(1994, 10, 6, 8, 49, 37);
const now = example - 10_000;

describe("seconds and milliseconds", () => {
  test.each<[headers: Record<string, string>, expected: number | undefined]>([
    [{ "retry-after": "3" }, 3_000],
    [{ "retry-after": "0" }, 0],
    [{ "retry-after": "1.5" }, 1_500],
    [{ "retry-after": "1.25" }, 1_250],
    [{ "retry-after": " 3 " }, 3_000],
    [{ "retry-after-ms": "250" }, 250],
    [{ "retry-after-ms": "0.5" }, 0.5],
    [{ "x-ms-retry-after-ms": "36500" }, 36_500],
    [{ "x-amz-retry-after": "1200" }, 1_200],
    [{ "retry-after-ms": "250", "retry-after": "7" }, 250],
    [{ "retry-after-ms": "soon", "retry-after": "7" }, 7_000],
    [{ "x-ms-retry-after-ms": "5", "x-amz-retry-after": "6" }, 5],
    [{}, undefined],
    [{ "retry-after": "" }, undefined],
    [{ "retry-after": "-5" }, undefined],
    [{ "retry-after": "+5" }, undefined],
    [{ "retry-after": "1e3" }, undefined],
    [{ "retry-after": "0x10" }, undefined],
    [{ "retry-after": ".5" }, undefined],
    [{ "retry-after": "5." }, undefined],
    [{ "retry-after": "NaN" }, undefined],
    [{ "retry-after": "Infinity" }, undefined],
    [{ "retry-after": "9".repeat(400) }, undefined],
    [{ "retry-after": "3, 5" }, undefined],
    [{ "retry-after": '"3"' }, undefined],
    [{ "retry-after": "3 s" }, undefined],
    [{ "retry-after": "tomorrow" }, undefined],
  ])("%j is %s", (headers, expected) => {
    expect(parseRetryAfter(headers, { now })).toBe(expected);
    expect(parseRetryAfter(new Headers(headers), { now })).toBe(expected);
  });
});

describe("HTTP dates", () => {
  test.each([
    ["the fixed form", "Sun, 06 Nov 1994 08:49:37 GMT"],
    ["RFC 850's", "Sunday, 06-Nov-94 08:49:37 GMT"],
    ["asctime's", "Sun Nov  6 08:49:37 1994"],
    ["space around it", " Sun, 06 Nov 1994 08:49:37 GMT "],
  ])("%s: %s", (_, date) => {
    expect(parseRetryAfter({ "retry-after": date }, { now })).toBe(10_000);
  });

  test("the server's own clock counts, not ours", () => {
    const headers = { "retry-after": "Sun, 06 Nov 1994 08:49:37 GMT", date: "Sun, 06 Nov 1994 08:49:30 GMT" };
    expect(parseRetryAfter(headers, { now: example + 3_600_000 })).toBe(7_000);
  });

  test("a Date header that is none is ignored", () => {
    const headers = { "retry-after": "Sun, 06 Nov 1994 08:49:37 GMT", date: "yesterday" };
    expect(parseRetryAfter(headers, { now })).toBe(10_000);
  });

  test("a date in the past is no wait", () => {
    expect(parseRetryAfter({ "retry-after": "Sun, 06 Nov 1994 08:49:37 GMT" }, { now: example + 1 })).toBe(0);
  });

  test("without a time given, the system's counts", () => {
    const tomorrow = new Date(performance.timeOrigin + performance.now() + 86_400_000).toUTCString();
    const wait = parseRetryAfter({ "retry-after": tomorrow });
    expect(wait).toBeGreaterThan(86_390_000);
    expect(wait).toBeLessThan(86_410_000);
  });

  test.each([
    ["2026", "Tuesday, 06-Jan-26 00:00:10 GMT", Date.UTC(2026, 0, 6)],
    ["the year not more than 50 years ahead", "Sunday, 06-Jan-76 00:00:10 GMT", Date.UTC(2076, 0, 6)],
    ["the past, where it would be more", "Sunday, 06-Jan-77 00:00:10 GMT", Date.UTC(1977, 0, 6)],
  ])("two digits of a year mean %s", (_, date, day) => {
    const wait = parseRetryAfter({ "retry-after": date }, { now: Date.UTC(2026, 0, 1) });
    expect(wait).toBe(Math.max(0, day + 10_000 - Date.UTC(2026, 0, 1)));
  });

  test.each([
    "Sun, 06 Nov 1994 08:49:37",
    "Sun, 06 Nov 1994 08:49:37 UTC",
    "Sun, 6 Nov 1994 08:49:37 GMT",
    "Sun, 06 Nov 94 08:49:37 GMT",
    "06 Nov 1994 08:49:37 GMT",
    "Sun, 31 Feb 1994 08:49:37 GMT",
    "Sun, 06 Foo 1994 08:49:37 GMT",
    "Sun, 06 Nov 1994 25:49:37 GMT",
    "Sun, 06 Nov 1994 08:61:37 GMT",
    "Sun, 06 nov 1994 08:49:37 GMT",
    "Sun Nov 6 08:49:37 1994",
    "1994-11-06T08:49:37Z",
    "Nov 6 1994",
    "1994",
  ])("%s is none", (date) => {
    // A bare number is seconds.
    expect(parseRetryAfter({ "retry-after": date }, { now })).toBe(date === "1994" ? 1_994_000 : undefined);
  });

  test("every date of the fixed form is read to the second", () => {
    fc.assert(
      fc.property(fc.date({ min: new Date(0), max: new Date(8e12), noInvalidDate: true }), (date) => {
        const whole = Math.floor(date.getTime() / 1_000) * 1_000;
        expect(parseRetryAfter({ "retry-after": date.toUTCString() }, { now: 0 })).toBe(whole);
      }),
    );
  });
});

describe("headers in any form", () => {
  test.each<[what: string, headers: object]>([
    ["Headers", new Headers({ "Retry-After": "3" })],
    ["a plain object", { "retry-after": "3" }],
    ["a plain object in another case", { "Retry-After": "3" }],
    ["a Map", new Map([["Retry-After", "3"]])],
    ["a list of pairs", [["retry-after", "3"]]],
    ["values in lists", { "retry-after": ["3"] }],
    ["a number", { "retry-after": 3 }],
  ])("%s", (_, headers) => {
    expect(parseRetryAfter(headers, { now })).toBe(3_000);
  });

  test.each<[what: string, headers: unknown]>([
    ["undefined", undefined],
    ["null", null],
    ["a string", "retry-after: 3"],
    ["a number", 3],
    ["a list of none", [1, 2]],
    [
      "a getter that throws",
      {
        get "retry-after"() {
          throw new Error("no");
        },
      },
    ],
    [
      "a proxy that throws",
      new Proxy(
        {},
        {
          get: () => {
            throw new Error("no");
          },
          ownKeys: () => {
            throw new Error("no");
          },
        },
      ),
    ],
    [
      "a get that throws",
      {
        get: () => {
          throw new Error("no");
        },
      },
    ],
    ["values that are no strings", { "retry-after": Object.create(null) as unknown }],
  ])("%s has none", (_, headers) => {
    expect(parseRetryAfter(headers as object, { now })).toBeUndefined();
  });

  test("nothing makes it throw", () => {
    fc.assert(
      fc.property(fc.anything(), fc.string(), (headers, value) => {
        parseRetryAfter(headers as object, { now });
        const wait = parseRetryAfter({ "retry-after": value }, { now }) ?? 0;
        expect(Number.isFinite(wait) && wait >= 0).toBe(true);
      }),
    );
  });
});
