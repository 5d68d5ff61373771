import { expect, test } from "vitest";
import type { Facts } from "../src/facts.ts";
import { classify, classifyResponse } from "../src/index.ts";
import { retryHint } from "../src/retry-hint.ts";

const now = Date.UTC(2030, 0, 1);
const usedUp = { "x-ratelimit-remaining-requests": "0" };
const refilled = { ...usedUp, "x-ratelimit-reset-requests": "3s" };

test.each<[what: string, facts: Partial<Facts>, wait: number | undefined]>([
  ["nowhere", {}, undefined],
  ["in a header's date", { headers: [{ "retry-after": "Tue, 01 Jan 2030 00:00:07 GMT" }] }, 7_000],
  ["in inner headers, where the outer are silent", { headers: [{}, { "retry-after": "5" }], wait: 1 }, 5_000],
  ["in the body", { wait: 1, text: "try again in 5s" }, 1],
  ["in the reset of what is used up, where that is the failure", { status: 429, headers: [refilled] }, 3_000],
  [
    "in the message, which knows better when there is room again",
    { status: 429, headers: [refilled], text: "try again in 6ms" },
    6,
  ],
  ["nowhere, where something else failed while it was used up", { status: 500, headers: [refilled] }, undefined],
  ["in the message, where what is used up has no reset", { headers: [usedUp], text: "try again in 5s" }, 5_000],
  ["in the message, in two units", { text: "try again in 1 minute and 30 seconds." }, 90_000],
  ["in the message, in three units", { text: "retry after 1 hour, 2 minutes, and 3 seconds" }, 3_723_000],
  ["in the message, before other words", { text: "try again in 5s, and 3 times at most" }, 5_000],
  ["in the message as a date", { text: "regain access on 2030-01-01 at 01:00 UTC" }, 3_600_000],
])("the wait stands %s", (_, facts, wait) => {
  expect(retryHint({ now, codes: [], text: "", headers: [], ...facts })).toBe(wait);
});

test.each<[what: string, body: object]>([
  ["seconds", { error: { resets_at: now / 1_000 + 60 } }],
  ["milliseconds, in headers that the body quotes", { error: { metadata: { headers: quoted(now + 60_000) } } }],
  ["a date", { error: { metadata: { quotaResetTimeStamp: "2030-01-01T00:01:00Z" } } }],
  ["prose", { error: { message: "You will regain access on 2030-01-01 at 00:01 UTC." } }],
])("an instant in %s is relative to the server's clock, where ours is wrong", (_, body) => {
  const headers = { date: new Date(now).toUTCString() };
  for (const skew of [-8 * 3_600_000, 0, 3_600_000]) {
    const options = { now: now + skew };
    const response = { status: 429, headers, body: JSON.stringify(body) };
    expect(classifyResponse(response, options).retryAfter).toBe(60_000);
    expect(classify({ status: 429, headers: new Headers(headers), ...body }, options).retryAfter).toBe(60_000);
  }
});

/** What OpenRouter quotes of an exhausted limit. */
function quoted(reset: number): object {
  return { "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": String(reset) };
}
