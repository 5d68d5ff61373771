import type { Verdict } from "@evenkeel/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  classify,
  classifyEvent,
  classifyResponse,
  isRetryable,
  parseRateLimit,
  parseRetryAfter,
} from "../src/index.ts";

function isVerdict({ action, kind, processed, health, retryAfter = 0 }: Verdict): boolean {
  return (
    /^(accept|retry|elsewhere|change|stop)$/.test(action) &&
    typeof kind === "string" &&
    /^(no|maybe|yes)$/.test(processed) &&
    /^(success|neutral|failure)$/.test(health) &&
    Number.isFinite(retryAfter) &&
    retryAfter >= 0
  );
}

function no(): never {
  throw new Error("no");
}

/** Throws at every touch. */
const untouchable: object = new Proxy(
  {},
  { get: no, has: no, ownKeys: no, getPrototypeOf: no, getOwnPropertyDescriptor: no },
);

/** Answers every question with another such object. */
function endless(): object {
  return new Proxy({}, { get: endless });
}

const { proxy: revoked, revoke } = Proxy.revocable([], {});
revoke();

function deep(depth: number): object {
  let node: object = { message: "bottom" };
  for (let level = 0; level < depth; level++) node = { error: node, cause: node, data: node };
  return node;
}

const cyclic = new Error("cyclic") as Error & { error?: unknown; errors?: unknown };
cyclic.cause = cyclic;
cyclic.error = cyclic;
cyclic.errors = [cyclic, cyclic];

const chained = Array.from({ length: 10_000 }).reduce<Error>(
  (cause) => new Error("link", { cause }),
  new Error("first"),
);

const things: Readonly<Record<string, unknown>> = {
  undefined: undefined,
  null: null,
  "a number": Number.NaN,
  "a string": "timeout",
  "a symbol": Symbol("x"),
  "a big integer": 1n,
  "a function": no,
  "a proxy that throws": untouchable,
  "a proxy without end": endless(),
  "a cause of itself": cyclic,
  "ten thousand causes": chained,
  "a body of a thousand levels": deep(1_000),
  "a frozen error": Object.freeze(Object.assign(new Error("x"), { status: 503 })),
  "an object without a prototype": Object.assign(Object.create(null) as object, { status: 503 }),
  "getters that throw": {
    get status() {
      return no();
    },
    get message() {
      return no();
    },
    get cause() {
      return no();
    },
    get verdict() {
      return no();
    },
  },
  "a proxy that was revoked": revoked,
  "a list that was revoked": { errors: revoked, body: revoked },
  // eslint-disable-next-line unicorn/no-thenable -- what a stranger throws may well be one
  "a thenable": { then: no },
  "a promise's rejection": { status: Promise.resolve(503) },
  "an empty AggregateError": new AggregateError([]),
  "a list without end": {
    errors: new Proxy([], { get: (_, key) => (key === "length" ? Infinity : endless()) }),
  },
  "a verdict that throws": { verdict: untouchable },
  "headers that throw": { status: 429, headers: untouchable },
  "headers that lie": { status: 429, headers: { get: () => "x".repeat(1e6) } },
  "a name that is no string": Object.assign(new Error("x"), { name: {}, code: {}, message: {} }),
};

describe.each(Object.entries(things))("%s", (_, thing) => {
  test("thrown gets a verdict", () => {
    expect(classify(thing)).toSatisfy(isVerdict);
    expect(typeof isRetryable(thing)).toBe("boolean");
    expect(classify(new Error("outer", { cause: thing }))).toSatisfy(isVerdict);
  });

  test("as a response, a body or an event gets a verdict, or none", () => {
    expect(classifyResponse(thing as Response & { body: string })).toSatisfy(isVerdict);
    expect(
      classifyResponse({ status: 500, headers: thing as object, body: thing as string, url: thing as string }),
    ).toSatisfy(isVerdict);
    const verdict = classifyEvent(thing);
    expect(verdict === undefined || isVerdict(verdict)).toBe(true);
  });
});

test.each([null, { provider: null, url: null, now: null }])("options of %j are as none", (options) => {
  const none = options as never;
  const headers = { "retry-after": "Fri, 31 Dec 1999 23:59:59 GMT", "x-ratelimit-reset": "1999-12-31T23:59:59Z" };
  const failure = { status: 429, headers };
  expect(classify(failure, none)).toEqual(classify(failure));
  expect(classifyResponse(failure, none)).toEqual(classifyResponse(failure));
  expect(classifyEvent({ error: "x" }, none)).toEqual(classifyEvent({ error: "x" }));
  expect(parseRetryAfter(headers, none)).toBe(0);
  expect(parseRateLimit(headers, none)).toEqual({ requests: { reset: 0 } });
});

test("a reason to end that cannot become a string gets a verdict, or none", () => {
  const reason = '{"toString":1,"valueOf":1}';
  expect(classifyEvent(`{"choices":[{"finish_reason":${reason}}]}`)).toBeUndefined();
  expect(classifyEvent(`{"candidates":[{"finishReason":${reason}}]}`, { provider: "gemini" })).toBeUndefined();
});

describe("bodies of any length and content", () => {
  const length = 1_000_000;

  test.each<[what: string, body: string]>([
    ["spaces", " ".repeat(length)],
    ["brackets", "[".repeat(length)],
    ["brackets and spaces", "[ ".repeat(length / 2)],
    ["quotes", '"'.repeat(length)],
    ["braces and quotes", '{"'.repeat(length / 2)],
    ["keys without values", `{"error":${'"a":'.repeat(length / 4)}`],
    ["backslashes", `{"message":"${"\\".repeat(length)}`],
    ["digits", `{"message":"try again in ${"1".repeat(length)}`],
    ["durations", `{"error":{"message":"try again in ${"1s".repeat(length / 2)}"}}`],
    ["estimated tokens", `{"error":{"message":"${"estimated tokens ".repeat(length / 17)}"}}`],
    ["extra usage", `{"error":{"message":"${"extra usage long ".repeat(length / 17)}"}}`],
    ["a page", `<html>${"<p>error</p>".repeat(length / 12)}`],
    ["nested arrays", `${"[".repeat(50_000)}${"]".repeat(50_000)}`],
    ["nested errors", `${'{"error":'.repeat(5_000)}1${"}".repeat(5_000)}`],
    [
      "many errors",
      JSON.stringify({
        errors: Array.from({ length: 10_000 }, () => ({ message: "x".repeat(50), errors: [{}, {}, {}] })),
      }),
    ],
  ])("%s take no time", (_, body) => {
    const start = performance.now();
    for (const status of [200, 400, 403, 429, 500]) {
      for (const provider of ["azure-openai", "anthropic", "gemini"] as const) {
        expect(classifyResponse({ status, headers: { "retry-after": body }, body }, { provider })).toSatisfy(isVerdict);
      }
    }
    expect(classify(new Error(body, { cause: { status: 500, body } }))).toSatisfy(isVerdict);
    classifyEvent(body);
    expect(performance.now() - start).toBeLessThan(1_000);
  });

  test("whatever a server sends gets a verdict", () => {
    const word = fc.constantFrom(
      "error",
      "message",
      "code",
      "type",
      "details",
      "status",
      "metadata",
      "raw",
      "retry_after",
      "retryDelay",
      "resets_at",
    );
    const body = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .dictionary(word, fc.anything())
        .map(
          (object) =>
            JSON.stringify(object, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value)) ?? "",
        ),
    );
    const headers = fc.dictionary(
      fc.constantFrom(
        "retry-after",
        "date",
        "x-should-retry",
        "content-type",
        "x-ratelimit-remaining",
        "x-ratelimit-reset",
      ),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.integer({ min: -1, max: 700 }), headers, body, (status, sent, text) => {
        expect(classifyResponse({ status, headers: sent, body: text })).toSatisfy(isVerdict);
        const verdict = classifyEvent(text);
        expect(verdict === undefined || isVerdict(verdict)).toBe(true);
      }),
    );
  });

  test("whatever is thrown gets a verdict", () => {
    const field = fc.constantFrom(
      "status",
      "statusCode",
      "code",
      "name",
      "message",
      "cause",
      "errors",
      "response",
      "headers",
      "body",
      "error",
      "verdict",
      "socket",
      "url",
      "config",
    );
    fc.assert(
      fc.property(fc.dictionary(field, fc.anything()), (thrown) => {
        expect(classify(thrown)).toSatisfy(isVerdict);
      }),
    );
  });
});
