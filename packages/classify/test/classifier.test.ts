import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createContext, runInContext } from "node:vm";
import { ResilienceError, type Kind, type Verdict, type VerdictInit } from "@evenkeel/core";
import type { FinishReason } from "@google/genai";
import { describe, expect, test } from "vitest";
import {
  classifier,
  classify,
  classifyEvent,
  classifyResponse,
  generic,
  groq,
  isRetryable,
  openai,
  type Provider,
  type ProviderName,
  type ResponseLike,
  together,
} from "../src/index.ts";
import { kinds } from "../src/verdict-of.ts";

const tooLong: Verdict = { action: "change", kind: "context-length", processed: "no", health: "neutral" };
const forbidden: Verdict = { action: "elsewhere", kind: "permission", processed: "no", health: "neutral" };

describe("the provider", () => {
  const answer = { status: 403, body: '{"error":{"message":"no"}}' };

  test("is known by the host of the response's URL", () => {
    expect(classifyResponse({ ...answer, url: "https://api.together.xyz/v1/chat/completions" })).toEqual(tooLong);
    expect(classifyResponse({ ...answer, url: "https://API.TOGETHER.XYZ:443/v1" })).toEqual(tooLong);
    expect(classifyResponse({ ...answer, url: "https://user:secret@api.together.ai/v1" })).toEqual(tooLong);
  });

  test("is not known by what only looks like its host", () => {
    for (const url of [
      "https://together.example/api.together.xyz",
      "https://api.together.xyz.example/",
      "https://example/?https://api.together.xyz",
      "https://api.together.xyz@example/",
      "/v1",
      "",
    ]) {
      expect([url, classifyResponse({ ...answer, url })]).toEqual([url, forbidden]);
    }
  });

  test("can be said, and then goes before the URL", () => {
    expect(classifyResponse(answer, { provider: "together" })).toEqual(tooLong);
    expect(classifyResponse({ ...answer, url: "https://api.together.xyz" }, { provider: "openai" })).toEqual(forbidden);
    expect(classifyResponse(answer, { url: "https://api.together.xyz" })).toEqual(tooLong);
  });

  test("is never guessed from a message", () => {
    const body = '{"error":{"message":"Together, Groq and Anthropic say: no"}}';
    expect(classifyResponse({ status: 403, body })).toEqual(forbidden);
  });

  test("that nobody knows by that name is answered by the generic table", () => {
    expect(classifyResponse(answer, { provider: "nobody" as ProviderName })).toEqual(forbidden);
  });

  test.each<[url: string, provider: ProviderName]>([
    ["https://api.openai.com/v1", "openai"],
    ["https://my-resource.openai.azure.com/openai", "azure-openai"],
    ["https://my-resource.services.ai.azure.com/models", "azure-openai"],
    ["https://api.anthropic.com/v1", "anthropic"],
    ["https://generativelanguage.googleapis.com/v1beta", "gemini"],
    ["https://us-central1-aiplatform.googleapis.com/v1", "gemini"],
    ["https://aiplatform.googleapis.com/v1", "gemini"],
    ["https://aiplatform.eu.rep.googleapis.com/v1", "gemini"],
    ["https://api.mistral.ai/v1", "mistral"],
    ["https://codestral.mistral.ai/v1", "mistral"],
    ["https://api.cohere.com/v2", "cohere"],
    ["https://api.groq.com/openai/v1", "groq"],
    ["https://api.together.xyz/v1", "together"],
    ["https://api.fireworks.ai/inference/v1", "fireworks"],
    ["https://api.deepseek.com", "deepseek"],
    ["https://api.x.ai/v1", "xai"],
    ["https://us-east-1.api.x.ai/v1", "xai"],
    ["https://openrouter.ai/api/v1", "openrouter"],
    ["https://bedrock-runtime.eu-west-1.amazonaws.com", "bedrock"],
    ["https://bedrock-runtime-fips.us-east-1.amazonaws.com", "bedrock"],
    ["http://localhost:11434/api", "ollama"],
    ["https://router.huggingface.co/v1", "hugging-face"],
    ["https://x1.us-east-1.aws.endpoints.huggingface.cloud", "hugging-face"],
    ["https://api.perplexity.ai", "perplexity"],
    ["https://dashscope-intl.aliyuncs.com", "dashscope"],
    ["https://coding.dashscope.aliyuncs.com", "dashscope"],
  ])("%s is %s", async (url, provider) => {
    const tables = Object.values(await import("../src/index.ts")).filter(
      (value) => typeof value === "object" && "host" in value,
    );
    const host = new URL(url).host;
    expect(tables.filter((table) => table.host.test(host)).map(({ name }) => name)).toEqual([provider]);
  });
});

describe("a classifier of some tables", () => {
  const { classify, classifyEvent, classifyResponse, isRetryable } = classifier(groq, together);

  test("knows these, and of all others what is generic", () => {
    expect(classifyResponse({ status: 403, body: "{}", url: "https://api.together.xyz" })).toEqual(tooLong);
    expect(classifyResponse({ status: 498, body: "{}", url: "https://api.groq.com" }).kind).toBe("overloaded");
    expect(classifyResponse({ status: 498, body: "{}", url: "https://api.cohere.com" }).kind).toBe("auth");
    expect(classifyEvent({ error: { code: "insufficient_quota" } })?.kind).toBe("billing");
    expect(classify(new DOMException("x", "AbortError")).kind).toBe("cancelled");
    expect(isRetryable({ status: 503 })).toBe(true);
  });

  test("without any table knows what is generic", () => {
    const { classifyEvent, classifyResponse } = classifier();
    expect(classifyResponse({ status: 403, body: "{}", url: "https://api.together.xyz" })).toEqual(forbidden);
    expect(classifyEvent({ error: { code: "insufficient_quota" } })?.kind).toBe("billing");
  });

  test("believes what a table says of an event, whatever else stands there", () => {
    const { classifyEvent } = classifier({ name: "own", host: /(?!)/, event: () => "billing" });
    expect(classifyEvent({ retry_after: 3 }, { provider: "own" })).toMatchObject({
      kind: "billing",
      retryAfter: 3_000,
    });
  });

  test.each<[provider: unknown, index: number, got: string]>([
    ["openai", 0, "undefined"],
    [undefined, 1, "undefined"],
    [null, 1, "undefined"],
    [{ name: "own", host: "api.example" }, 1, "undefined"],
    [{ name: "own", host: { test: "api.example" } }, 1, '"api.example"'],
  ])("refuses %j as a table", (provider, index, got) => {
    const providers = [...(index > 0 ? [openai] : []), provider] as Provider[];
    expect(() => classifier(...providers)).toThrow(
      new TypeError(`Expected \`providers[${index}].host.test\` to be a function, got ${got}`),
    );
  });

  test("the names of other tables are mistakes", () => {
    // @ts-expect-error -- OpenAI's table is not among them
    expect(classifyResponse({ status: 500 }, { provider: "openai" }).kind).toBe("server");
    expect(classifier(openai).classifyResponse({ status: 500 }, { provider: "openai" }).kind).toBe("server");
  });
});

describe("an own verdict", () => {
  class Refusal extends ResilienceError {
    static override readonly brand = "test:Refusal";
    override readonly name = "Refusal";
    readonly code = "REFUSED";
    readonly verdict: Verdict = { action: "elsewhere", kind: "refused", processed: "no", health: "neutral" };
  }

  test("is kept", () => {
    const error = new Refusal("no");
    expect(classify(error)).toBe(error.verdict);
  });

  test("is found under the errors that SDKs wrap it in", () => {
    const error = new Refusal("no");
    expect(classify(new Error("Connection error.", { cause: new TypeError("fetch failed", { cause: error }) }))).toBe(
      error.verdict,
    );
  });

  test("that is left in part to the defaults is completed, as the layers complete it", () => {
    const own = (verdict: VerdictInit): Verdict => classify(Object.assign(new Error("no"), { verdict }));
    expect(own({ action: "stop" })).toEqual({
      action: "stop",
      kind: "unknown",
      processed: "maybe",
      health: "neutral",
    });
    expect(own({ action: "retry", kind: "server" }).health).toBe("failure");
  });

  test("whose action there is none of is not taken for one", () => {
    expect(classify(Object.assign(new Error("no"), { verdict: { action: "wait" }, status: 503 })).kind).toBe("server");
  });

  test("that is none is not taken for one", () => {
    expect(classify(Object.assign(new Error("no"), { verdict: "guilty", status: 503 })).kind).toBe("server");
  });
});

describe("what goes before what", () => {
  const judged = (status: number, error: object, headers = {}): Kind =>
    classifyResponse({ status, headers, body: JSON.stringify({ error }) }).kind;

  test("a code before a type", () => {
    expect(judged(429, { code: "insufficient_quota", type: "rate_limit_error" })).toBe("billing");
    expect(judged(429, { code: "rate_limit_exceeded", type: "insufficient_quota" })).toBe("rate-limit");
  });

  test("an inner code before an outer one", () => {
    expect(judged(429, { type: "rate_limit_error", details: { error_code: "enforced_spend_limit_reached" } })).toBe(
      "billing",
    );
    expect(judged(400, { code: "invalid_request_error", innererror: { code: "content_filter" } })).toBe(
      "content-filter",
    );
  });

  test("a type before a message", () => {
    expect(judged(429, { type: "overloaded_error", message: "You have insufficient credits" })).toBe("overloaded");
  });

  test("but a message about a bill or a quota before the type of a rate limit", () => {
    expect(judged(429, { type: "rate_limit_error", message: "You have insufficient credits" })).toBe("billing");
    expect(judged(429, { type: "rate_limit_error", message: "Weekly usage limit reached" })).toBe("quota");
    expect(judged(429, { type: "rate_limit_error", message: "The engine is overloaded" })).toBe("rate-limit");
    expect(judged(429, { type: "rate_limit_error", message: "Too fast. See usage limits at https://x.y" })).toBe(
      "rate-limit",
    );
  });

  test("a message before a status", () => {
    expect(judged(400, { message: "prompt is too long" })).toBe("context-length");
  });

  test("the server's own word on retries before all", () => {
    const order = (word: string): Record<string, string> => ({ "x-should-retry": word, "retry-after": "9" });
    const { action } = classifyResponse({ status: 402, headers: order("false"), body: "{}" });
    expect(action).toBe("elsewhere");
    expect(
      classifyResponse({ status: 429, headers: order("true"), body: '{"error":{"code":"insufficient_quota"}}' }),
    ).toEqual({
      action: "retry",
      kind: "billing",
      processed: "no",
      health: "neutral",
      retryAfter: 9_000,
    });
    expect(classifyResponse({ status: 500, headers: order("maybe"), body: "{}" }).action).toBe("retry");
  });

  test("a wait before a message of bills, but not before a code", () => {
    const headers = { "retry-after": "9" };
    expect(judged(429, { message: "Your credit balance is too low" }, headers)).toBe("rate-limit");
    expect(judged(429, { message: "Your credit balance is too low" })).toBe("billing");
    expect(judged(429, { code: "insufficient_quota" }, headers)).toBe("billing");
  });

  test("the provider's message before the code of everybody, without a status too", () => {
    const event = { error: { code: "insufficient_quota", message: "Quota exceeded, limit: 0" } };
    expect(classifyEvent(event, { provider: "gemini" })?.kind).toBe("quota");
    expect(classifyEvent(event)?.kind).toBe("billing");
  });

  test("a message only under its statuses", () => {
    expect(judged(401, { message: "prompt is too long" })).toBe("auth");
  });

  test("a status before a type that only stands for one", () => {
    expect(judged(401, { type: "invalid_request_error" })).toBe("auth");
    expect(judged(500, { type: "not_found_error" })).toBe("server");
  });

  test("the provider's message before the code of everybody", () => {
    const body = '{"error":{"code":"rate_limit_exceeded","message":"Request too large"}}';
    expect(classifyResponse({ status: 429, body }, { provider: "openai" }).kind).toBe("too-large");
    expect(classifyResponse({ status: 429, body }).kind).toBe("rate-limit");
  });
});

describe("retryAfter", () => {
  const wait = (headers: Record<string, string>, body: unknown): number | undefined =>
    classifyResponse({ status: 429, headers, body: JSON.stringify(body) }, { now: 0 }).retryAfter;
  const reset = { "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "4s" };
  const inMessage = { message: "try again in 5s" };

  test("milliseconds, then seconds, then the body, then the message, then a reset", () => {
    const inBody = { ...inMessage, retry_after: 3 };
    expect(wait({ "retry-after-ms": "1000", "retry-after": "2", ...reset }, inBody)).toBe(1_000);
    expect(wait({ "retry-after": "2", ...reset }, inBody)).toBe(2_000);
    expect(wait(reset, inBody)).toBe(3_000);
    expect(wait(reset, inMessage)).toBe(5_000);
    expect(wait(reset, {})).toBe(4_000);
    expect(wait({}, {})).toBeUndefined();
  });

  test("tells that the work was not done, of a 503 alone", () => {
    const headers = { "retry-after": "2" };
    expect(classifyResponse({ status: 503, headers })).toMatchObject({ processed: "no", retryAfter: 2_000 });
    expect(classifyResponse({ status: 500, headers })).toMatchObject({ processed: "maybe", retryAfter: 2_000 });
    expect(classifyResponse({ status: 503 }).processed).toBe("maybe");
  });

  test("is left out where nobody says", () => {
    expect(classifyResponse({ status: 503 })).not.toHaveProperty("retryAfter");
  });

  test("an invalid header is as none", () => {
    expect(wait({ "retry-after": "soon" }, inMessage)).toBe(5_000);
  });

  test("an empty bucket is not why a server fails", () => {
    for (const status of [400, 500, 503]) {
      expect(classifyResponse({ status, headers: reset })).toEqual(classifyResponse({ status }));
    }
  });

  test("a bucket with something left is no reason to wait", () => {
    expect(wait({ ...reset, "x-ratelimit-remaining-tokens": "1" }, {})).toBeUndefined();
  });

  test("of several that are empty, the last to be refilled", () => {
    expect(wait({ ...reset, "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1m0s" }, {})).toBe(
      60_000,
    );
  });

  test.each<[body: object, expected: number | undefined]>([
    [{ estimated_time: 20.5 }, 20_500],
    [{ error: { resets_in_seconds: 60 } }, 60_000],
    [{ error: { resets_at: 1_500_000 } }, 1_500_000_000],
    [{ error: { metadata: { quotaResetTimeStamp: "1970-01-01T00:00:09Z" } } }, 9_000],
    [{ message: "Please try again in 634ms." }, 634],
    [{ message: "Please try again in 1h2m3.5s." }, 3_723_500],
    [{ message: "Please retry in 10h17m5.7s" }, 37_025_700],
    [{ message: "Your quota will reset after 45s." }, 45_000],
    [{ message: "Try again in 2 minutes" }, 120_000],
    [{ message: "try again in 1500 milliseconds" }, 1_500],
    [{ message: "try again in 900µs" }, 1],
    [{ message: "try again in 1 day" }, 86_400_000],
    [{ message: `try again in ${"9".repeat(400)}s` }, undefined],
    [{ resets_at: "9".repeat(400) }, undefined],
  ])("%j", (body, expected) => {
    expect(wait({}, body)).toBe(expected);
  });
});

describe("bodies", () => {
  test("that were cut are read as far as they go", () => {
    const body =
      '{"error":{"message":"You exceeded your current quota, \\"really\\"","type":"insufficient_quota","param":null,"co';
    expect(classifyResponse({ status: 429, body }).kind).toBe("billing");
    expect(classifyResponse({ status: 500, body: '{"type":"error","error":{"type":"overloaded_er' }).kind).toBe(
      "overloaded",
    );
  });

  test("that are events are read too", () => {
    const body = 'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n';
    expect(classifyResponse({ status: 500, body }).kind).toBe("overloaded");
  });

  test("that were not read leave the status", () => {
    expect(classifyResponse({ status: 403 })).toEqual(forbidden);
    expect(classifyResponse({ status: 200 }).action).toBe("accept");
  });

  test("of other shapes have their messages found", () => {
    for (const body of [
      { detail: "prompt is too long" },
      { errorMessage: "prompt is too long" },
      { error_message: "prompt is too long" },
      { fault: { faultstring: "prompt is too long" } },
      { errors: [{ message: "prompt is too long" }] },
      "prompt is too long",
    ]) {
      expect(classifyResponse({ status: 400, body: JSON.stringify(body) })).toEqual(tooLong);
    }
    expect(
      classifyResponse({ status: 400, body: JSON.stringify({ errorArgs: { reason: "context_length_exceeded" } }) }),
    ).toEqual(tooLong);
  });

  test("that echo the user's words are not fooled by them", () => {
    const echo = {
      messages: [
        { role: "user", content: "insufficient_quota", code: "insufficient_quota", message: "maximum context length" },
      ],
    };
    expect(
      classifyResponse({ status: 500, body: JSON.stringify({ ...echo, input: echo, error: { message: "oops" } }) })
        .kind,
    ).toBe("server");
  });
});

describe("successes", () => {
  const accepted: Verdict = { action: "accept", kind: "unknown", processed: "yes", health: "success" };

  test.each([
    ["an answer", '{"choices":[{"message":{"content":"An error is a failure."}}]}'],
    [
      "an object with an error that has not come",
      '{"object":"fine_tuning.job","error":{"code":null,"message":null,"param":null}}',
    ],
    ["an object without fields of an error", '{"object":"fine_tuning.job","error":{}}'],
    ["an answer with an empty error", '{"id":"resp_1","error":null,"status":"completed"}'],
    ["an answer that was cut", '{"choices":[{"message":{"content":"error'],
    ["text", "The error is yours."],
    ["a stream", 'data: {"choices":[{"delta":{"content":"error"}}]}\n\n'],
  ])("%s is accepted", (_, body) => {
    expect(classifyResponse({ status: 200, body })).toEqual(accepted);
  });

  test.each([100, 201, 202, 204, 302, 304])("%i without a body is accepted", (status) => {
    expect(classifyResponse({ status, body: "" })).toEqual(accepted);
  });
});

describe("successes that are none", () => {
  const page: Verdict = { action: "elsewhere", kind: "malformed", processed: "no", health: "failure" };
  const html = { "content-type": "text/html; charset=utf-8" };

  test.each<[what: string, response: ResponseLike]>([
    ["whose body is one", { status: 200, body: "<!doctype html><p>Sign in</p>" }],
    ["whose header says so", { status: 200, headers: html, body: "Sign in" }],
    ["that was not read", { status: 200, headers: html }],
  ])("a page %s", (_, response) => {
    expect(classifyResponse(response)).toEqual(page);
  });

  test("blanks", () => {
    expect(classifyResponse({ status: 200, body: " \n" }).kind).toBe("malformed");
    expect(classifyResponse({ status: 403, body: " \n" }).kind).toBe("proxy");
  });

  test("a failure in a body, up to the longest that is read", () => {
    const failure = '{"error":{"code":"insufficient_quota"}}';
    expect(classifyResponse({ status: 200, body: failure.padEnd(65_536) }).kind).toBe("billing");
    expect(classifyResponse({ status: 200, body: failure.padEnd(65_537) }).action).toBe("accept");
  });
});

test.each([0, 99, NaN])("a status of %d, which is none, means nothing", (status) => {
  expect(classifyResponse({ status, body: "" })).toEqual({
    action: "stop",
    kind: "unknown",
    processed: "maybe",
    health: "neutral",
  });
});

describe("classifyEvent", () => {
  test.each([
    { choices: [{ delta: { content: "error" }, finish_reason: null }] },
    { choices: [{ delta: {}, finish_reason: "content_filter" }] },
    { type: "response.completed", response: { status: "completed", error: null } },
    { type: "ping" },
    { error: null },
    { candidates: [{ finishReason: "STOP" }] },
    [],
    "[DONE]",
    "",
    "not JSON",
    null,
    undefined,
    1,
  ])("%j is no failure", (event) => {
    expect(classifyEvent(event)).toBeUndefined();
  });

  /** Each that Google's SDK knows: a new one does not compile until it is judged. */
  const finishReasons: Readonly<Record<`${FinishReason}`, Kind | undefined>> = {
    FINISH_REASON_UNSPECIFIED: undefined,
    STOP: undefined,
    MAX_TOKENS: undefined,
    CONTINUATION: undefined,
    SAFETY: "content-filter",
    RECITATION: "content-filter",
    BLOCKLIST: "content-filter",
    PROHIBITED_CONTENT: "content-filter",
    SPII: "content-filter",
    IMAGE_SAFETY: "content-filter",
    IMAGE_PROHIBITED_CONTENT: "content-filter",
    IMAGE_RECITATION: "content-filter",
    MALFORMED_FUNCTION_CALL: "malformed",
    MALFORMED_RESPONSE: "malformed",
    UNEXPECTED_TOOL_CALL: "malformed",
    NO_IMAGE: "malformed",
    LANGUAGE: undefined,
    OTHER: undefined,
    IMAGE_OTHER: undefined,
    TOO_MANY_TOOL_CALLS: undefined,
  };
  const unheardOf = ["NO_SPII", "SPII_NONE", "NO_IMAGE_NONE", "MY_NO_IMAGE"].map(
    (reason) => [reason, undefined] as const,
  );

  test.each([...Object.entries(finishReasons), ...unheardOf])("Gemini's %s is %s", (finishReason, kind) => {
    expect(classifyEvent({ candidates: [{ finishReason }] }, { provider: "gemini" })?.kind).toBe(kind);
  });

  test("takes JSON as text", () => {
    expect(classifyEvent('{"error":{"type":"overloaded_error"}}')?.kind).toBe("overloaded");
  });
});

describe("isRetryable", () => {
  test("takes p-retry's context, and an SDK's error that only looks like one", () => {
    const error = Object.assign(new Error("x"), { status: 503 });
    expect(isRetryable({ error, attemptNumber: 1, retriesLeft: 2, retriesConsumed: 0, retryDelay: 0 })).toBe(true);
    expect(
      isRetryable({ error: new Error("x"), attemptNumber: 1, retriesLeft: 2, retriesConsumed: 0, retryDelay: 0 }),
    ).toBe(false);
    expect(isRetryable({ status: 503, error: { message: "x" } })).toBe(true);
    expect(isRetryable({ status: 503, retriesLeft: 2 })).toBe(true);
  });
});

describe("thrown", () => {
  test("a Response is judged by its status and headers", () => {
    expect(classify(new Response(null, { status: 429, headers: { "retry-after": "2" } }))).toMatchObject({
      kind: "rate-limit",
      retryAfter: 2_000,
    });
  });

  test("errors of another realm are judged as ours", () => {
    const foreign: unknown = runInContext(
      "const cause = new Error('connect ECONNREFUSED'); cause.code = 'ECONNREFUSED'; new TypeError('fetch failed', { cause })",
      createContext({}),
    );
    expect(foreign).not.toBeInstanceOf(Error);
    expect(classify(foreign)).toMatchObject({ action: "retry", kind: "network", processed: "no" });
  });

  test("what only its message has left of an HTTP failure is judged by that", () => {
    expect(classify(new Error("Request failed with status code 503")).kind).toBe("server");
    expect(classify(new Error("403 status code (no body)")).kind).toBe("proxy");
    expect(classify(new Error("401 status code (no body)")).kind).toBe("auth");
  });

  test("a status that stands as a code is one", () => {
    expect(classify(Object.assign(new Error("x"), { code: "503" })).kind).toBe("server");
    expect(classify(Object.assign(new Error("x"), { code: 429 })).kind).toBe("rate-limit");
  });

  test("an HTTP failure under other errors is found", () => {
    const cause = Object.assign(new Error("x"), { statusCode: 401 });
    expect(classify(new Error("could not answer", { cause })).kind).toBe("auth");
    expect(classify(new AggregateError([cause], "all failed")).kind).toBe("auth");
  });

  test("a code that means one thing goes before what caused the error, and is found under it", () => {
    const cause = Object.assign(new Error("x"), { code: "insufficient_quota" });
    for (const provider of [undefined, "openai", "together"] as const) {
      expect(classify(new Error("could not answer", { cause }), { provider }).kind).toBe("billing");
      expect(classify(Object.assign(new Error("x", { cause: { status: 500 } }), cause), { provider }).kind).toBe(
        "billing",
      );
    }
  });

  test("the name of an SDK's class says no more than the status", () => {
    const error = Object.assign(new Error("Your credit balance is too low"), { name: "RateLimitError", status: 429 });
    expect(classify(error).kind).toBe("billing");
  });

  test("what a message says of a context counts, where nothing else is known", () => {
    expect(classify(new Error("This model's maximum context length is 8192 tokens")).kind).toBe("context-length");
    const bare = classifier({ name: "own", host: /(?!)/ });
    expect(bare.classify(new Error("maximum context length"), { provider: "own" }).kind).toBe("context-length");
  });
});

test("every kind of core has its defaults", () => {
  const source = readFileSync(join(import.meta.dirname, "../../core/src/verdict.ts"), "utf8");
  const [, union = ""] = /export type Kind =([^;]+);/.exec(source) ?? [];
  const named = [...union.matchAll(/"([\w-]+)"/g)].map(([, kind]) => kind);
  expect(new Set(Object.keys(kinds))).toEqual(new Set(named));
});

test("the generic table is one among others", () => {
  expect(generic.name).toBe("generic");
  expect(generic.host.test("")).toBe(false);
});

describe("prose that several providers use", () => {
  const judged = (status: number, message: string): string =>
    classifyResponse({ status, body: JSON.stringify({ error: { message } }) }).kind;

  test.each([
    "The prompt token count of 9000 exceeds the limit of 8192",
    "Input tokens exceed the configured limit of 8192 tokens",
    "Please reduce the length of the messages or completion",
    "The request is longer than max_model_len",
    "Your request exceeded model token limit: 8192",
    "context window exceeds limit",
  ])("a prompt that is too long: %s", (message) => {
    expect(judged(400, message)).toBe("context-length");
  });

  test.each([
    "Insufficient credits",
    "Insufficient balance",
    "Your credit balance is too low",
    "Billing hard limit reached",
    "Your account is deactivated",
    "You have run out of credits",
    "You have run out of funds",
    "You have used all available credits",
    "You have exceeded your monthly included credits",
    "Budget limit exceeded",
    "You have reached your spending limit",
    "Payment required",
  ])("a bill: %s", (message) => {
    expect(judged(429, message)).toBe("billing");
  });

  test.each([
    "We are at capacity",
    "Capacity exceeded",
    "There is no capacity",
    "Server busy",
    "Experiencing high demand",
  ])("more work than there is room for: %s", (message) => {
    expect(judged(429, message)).toBe("overloaded");
  });

  test("more tokens than a minute has, where no code speaks of a limit", () => {
    expect(judged(429, "Request too large for this model")).toBe("too-large");
  });

  test.each<[code: string, kind: Kind]>([
    ["context_window_exceeded", "context-length"],
    ["credit_balance_exhausted", "billing"],
    ["organization_usage_limit_exceeded", "billing"],
    ["service_tier_capacity_exceeded", "overloaded"],
    ["DeploymentNotFound", "not-found"],
    ["invalid_api_key", "auth"],
    ["ExpiredTokenException", "auth"],
    ["content_policy_violation", "content-filter"],
    ["GenerateRequestsPerMinutePerProject", "rate-limit"],
  ])("the code `%s` goes before the status", (code, kind) => {
    expect(classifyResponse({ status: 418, body: JSON.stringify({ error: { code } }) }).kind).toBe(kind);
  });
});
