import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseRateLimit, type RateLimit } from "../src/index.ts";

const now = Date.UTC(2026, 4, 18, 11, 42, 0);
const minute = 60_000;

describe("parseRateLimit", () => {
  test.each<[provider: string, headers: Record<string, string>, expected: RateLimit]>([
    [
      "OpenAI: Go's durations",
      {
        "x-ratelimit-limit-requests": "10000",
        "x-ratelimit-remaining-requests": "9999",
        "x-ratelimit-reset-requests": "8.64s",
        "x-ratelimit-limit-tokens": "150000",
        "x-ratelimit-remaining-tokens": "149984",
        "x-ratelimit-reset-tokens": "6m0s",
      },
      {
        requests: { limit: 10_000, remaining: 9_999, reset: 8_640 },
        tokens: { limit: 150_000, remaining: 149_984, reset: 360_000 },
      },
    ],
    [
      "OpenAI: the project's limit is nearer to its end",
      {
        "x-ratelimit-limit-tokens": "1000",
        "x-ratelimit-remaining-tokens": "900",
        "x-ratelimit-reset-tokens": "1s",
        "x-ratelimit-limit-project-tokens": "500",
        "x-ratelimit-remaining-project-tokens": "10",
        "x-ratelimit-reset-project-tokens": "12ms",
      },
      { tokens: { limit: 500, remaining: 10, reset: 12 } },
    ],
    [
      "Azure OpenAI: seconds",
      {
        "x-ratelimit-limit-requests": "60",
        "x-ratelimit-remaining-requests": "59",
        "x-ratelimit-reset-requests": "1",
        "x-ratelimit-remaining-tokens": "120",
      },
      { requests: { limit: 60, remaining: 59, reset: 1_000 }, tokens: { remaining: 120 } },
    ],
    [
      "Anthropic: RFC 3339, and tokens both ways",
      {
        "anthropic-ratelimit-requests-limit": "1000",
        "anthropic-ratelimit-requests-remaining": "999",
        "anthropic-ratelimit-requests-reset": "2026-05-18T11:42:18Z",
        "anthropic-ratelimit-tokens-limit": "80000",
        "anthropic-ratelimit-tokens-remaining": "0",
        "anthropic-ratelimit-tokens-reset": "2026-05-18T11:43:00Z",
        "anthropic-ratelimit-input-tokens-limit": "40000",
        "anthropic-ratelimit-input-tokens-remaining": "40000",
        "anthropic-ratelimit-input-tokens-reset": "2026-05-18T11:42:00Z",
        "anthropic-ratelimit-output-tokens-limit": "8000",
        "anthropic-ratelimit-output-tokens-remaining": "6000",
        "anthropic-ratelimit-output-tokens-reset": "2026-05-18T11:41:00Z",
      },
      {
        requests: { limit: 1_000, remaining: 999, reset: 18_000 },
        tokens: { limit: 80_000, remaining: 0, reset: minute },
        inputTokens: { limit: 40_000, remaining: 40_000, reset: 0 },
        outputTokens: { limit: 8_000, remaining: 6_000, reset: 0 },
      },
    ],
    [
      "Anthropic: the priority tier",
      {
        "anthropic-priority-input-tokens-limit": "10000",
        "anthropic-priority-input-tokens-remaining": "9000",
        "anthropic-priority-input-tokens-reset": "2026-05-18T11:42:30Z",
      },
      { inputTokens: { limit: 10_000, remaining: 9_000, reset: 30_000 } },
    ],
    [
      "Mistral: a minute",
      {
        "x-ratelimit-limit-req-minute": "100",
        "x-ratelimit-remaining-req-minute": "99",
        "x-ratelimit-limit-tokens-minute": "9000",
        "x-ratelimit-remaining-tokens-minute": "50",
        "x-ratelimit-reset-tokens-minute": "30s",
        "x-ratelimit-tokens-query-cost": "50",
      },
      {
        requests: { limit: 100, remaining: 99, window: minute },
        tokens: { limit: 9_000, remaining: 50, reset: 30_000, window: minute },
      },
    ],
    [
      "Mistral: the older names, a minute and a month",
      {
        "x-ratelimitbysize-limit-minute": "500000",
        "x-ratelimitbysize-remaining-minute": "499000",
        "x-ratelimitbysize-limit-month": "1000000000",
        "x-ratelimitbysize-remaining-month": "10",
        "ratelimitbysize-limit": "500000",
        "ratelimitbysize-remaining": "499000",
        "ratelimitbysize-reset": "47",
        "ratelimitbysize-query-cost": "1000",
      },
      { tokens: { limit: 1_000_000_000, remaining: 10, window: 30 * 86_400_000 } },
    ],
    [
      "Cohere: a trial key",
      {
        "x-trial-endpoint-call-limit": "20",
        "x-trial-endpoint-call-remaining": "19",
        "x-endpoint-monthly-call-limit": "1000",
      },
      { requests: { limit: 20, remaining: 19 } },
    ],
    ["Cohere: epoch seconds", { "x-ratelimit-reset": String(now / 1_000 + 5) }, { requests: { reset: 5_000 } }],
    [
      "Groq",
      {
        "x-ratelimit-limit-requests": "14400",
        "x-ratelimit-remaining-requests": "14370",
        "x-ratelimit-reset-requests": "2m59.56s",
        "x-ratelimit-limit-tokens": "18000",
        "x-ratelimit-remaining-tokens": "17997",
        "x-ratelimit-reset-tokens": "7.66s",
      },
      {
        requests: { limit: 14_400, remaining: 14_370, reset: 179_560 },
        tokens: { limit: 18_000, remaining: 17_997, reset: 7_660 },
      },
    ],
    [
      "Together: seconds, and what is dynamic",
      {
        "x-ratelimit-limit": "10",
        "x-ratelimit-remaining": "9",
        "x-ratelimit-reset": "1",
        "x-tokenlimit-limit": "1000",
        "x-tokenlimit-remaining": "900",
        "x-tokenlimit-limit-dynamic": "2000",
      },
      { requests: { limit: 10, remaining: 9, reset: 1_000 }, tokens: { limit: 1_000, remaining: 900 } },
    ],
    [
      "Fireworks: prompts and answers",
      {
        "x-ratelimit-limit-requests": "600",
        "x-ratelimit-remaining-requests": "599",
        "x-ratelimit-limit-tokens-prompt": "7200000",
        "x-ratelimit-remaining-tokens-prompt": "7100000",
        "x-ratelimit-limit-tokens-generated": "72000",
        "x-ratelimit-remaining-tokens-generated": "71000",
        "x-ratelimit-over-limit": "no",
      },
      {
        requests: { limit: 600, remaining: 599 },
        inputTokens: { limit: 7_200_000, remaining: 7_100_000 },
        outputTokens: { limit: 72_000, remaining: 71_000 },
      },
    ],
    [
      "Cerebras: fractions of seconds",
      {
        "x-ratelimit-limit-requests-day": "14400",
        "x-ratelimit-remaining-requests-day": "1",
        "x-ratelimit-reset-requests-day": "33011.38",
        "x-ratelimit-remaining-tokens-minute": "0",
        "x-ratelimit-reset-tokens-minute": "11.38",
      },
      {
        requests: { limit: 14_400, remaining: 1, reset: 33_011_380, window: 86_400_000 },
        tokens: { remaining: 0, reset: 11_380, window: minute },
      },
    ],
    [
      "OpenRouter: epoch milliseconds",
      { "X-RateLimit-Limit": "20", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": String(now + 30_000) },
      { requests: { limit: 20, remaining: 0, reset: 30_000 } },
    ],
    [
      "LiteLLM: what it hands on",
      { "llm_provider-x-ratelimit-remaining-tokens": "5", "llm_provider-x-ratelimit-limit-tokens": "10" },
      { tokens: { limit: 10, remaining: 5 } },
    ],
    [
      "IETF, draft 6 and before",
      { "ratelimit-limit": "100, 100;w=60", "ratelimit-remaining": "50", "ratelimit-reset": "30" },
      { requests: { limit: 100, remaining: 50, reset: 30_000, window: minute } },
    ],
    [
      "IETF, draft 7",
      { ratelimit: "limit=100, remaining=50, reset=30", "ratelimit-policy": "100;w=60" },
      { requests: { limit: 100, remaining: 50, reset: 30_000, window: minute } },
    ],
    ["IETF, draft 6, spaced", { "ratelimit-limit": "100, 100; w=60" }, { requests: { limit: 100, window: minute } }],
    [
      "IETF, draft 7, the policy alone",
      { "ratelimit-policy": "100;w=60" },
      { requests: { limit: 100, window: minute } },
    ],
    [
      "IETF, draft 7, the state alone, with what is not of it",
      { ratelimit: "limit=100, remaining=50, cost=5, 5=limit, reset=30s" },
      { requests: { limit: 100, remaining: 50 } },
    ],
    [
      "IETF, drafts 8 to 11",
      {
        "ratelimit-policy": '"burst";q=100;w=60;qu="requests";pk=:cGs=:, "daily";q=1000;w=86400',
        ratelimit: '"burst";r=50;t=30, "daily";r=10;t=3600',
      },
      { requests: { limit: 1_000, remaining: 10, reset: 3_600_000, window: 86_400_000 } },
    ],
    [
      "IETF, names with separators in their quotes (RFC 9651, 3.3.3)",
      {
        "ratelimit-policy": '"tokens, 5, a;q=7";q=1000;w=60, "tokens \\"b\\", day";q=50000;w=86400',
        ratelimit: '"tokens, 5, a;q=7";r=999;t=30, "tokens \\"b\\", day";r=5;t=3600;pk=:YT1iLGM9ZA==:',
      },
      { tokens: { limit: 50_000, remaining: 5, reset: 3_600_000, window: 86_400_000 } },
    ],
    ["IETF, a name that never ends", { "ratelimit-policy": '"a";q=100, "b, 7;q=5' }, { requests: { limit: 100 } }],
    [
      "IETF, tokens",
      { "ratelimit-policy": '"t";q=1000;w=60;qu="tokens"', ratelimit: '"t";r=1;t=30' },
      { tokens: { limit: 1_000, remaining: 1, reset: 30_000, window: minute } },
    ],
    [
      "IETF, the policy alone",
      { "ratelimit-policy": '"t";q=1000;w=60' },
      { requests: { limit: 1_000, window: minute } },
    ],
    ["IETF, the state alone", { ratelimit: '"t";r=1;t=30' }, { requests: { remaining: 1, reset: 30_000 } }],
    ["IETF, bytes", { "ratelimit-policy": '"b";q=1000;qu="content-bytes"', ratelimit: '"b";r=1;t=30' }, {}],
    ["IETF, parameters that say nothing", { ratelimit: '"a";r=;t=;q' }, {}],
    ["none", { "content-type": "application/json", "retry-after": "3" }, {}],
    [
      "what is no number",
      {
        "x-ratelimit-remaining-requests": "many",
        "x-ratelimit-limit-requests": "-1",
        "x-ratelimit-reset-requests": "soon",
      },
      {},
    ],
    ["what is no finite number", { "x-ratelimit-limit-requests": "9".repeat(400) }, {}],
  ])("%s", (_, headers, expected) => {
    expect(parseRateLimit(new Headers(headers), { now })).toEqual(expected);
    expect(parseRateLimit(headers, { now })).toEqual(expected);
  });

  test.each([-8 * 3_600_000, 3_600_000])(
    "an instant is relative to the server's clock where ours is %d ms off",
    (skew) => {
      const headers = {
        date: new Date(now).toUTCString(),
        "x-ratelimit-reset-requests": String(now + 5_000),
        "anthropic-ratelimit-tokens-reset": new Date(now + 18_000).toISOString(),
      };
      expect(parseRateLimit(headers, { now: now + skew })).toEqual({
        requests: { reset: 5_000 },
        tokens: { reset: 18_000 },
      });
    },
  );

  test("nothing makes it throw", () => {
    const name = fc.constantFrom(
      "ratelimit",
      "ratelimit-policy",
      "x-ratelimit-reset-tokens",
      "x-ratelimit-remaining",
      "anthropic-ratelimit-tokens-reset",
    );
    fc.assert(
      fc.property(fc.anything(), fc.dictionary(name, fc.string()), (anything, headers) => {
        parseRateLimit(anything as object, { now });
        for (const bucket of Object.values(parseRateLimit(headers, { now }))) {
          expect(Object.values(bucket)).toSatisfy((values: number[]) =>
            values.every((each) => Number.isInteger(each) && each >= 0),
          );
        }
      }),
    );
  });
});
