import type { Verdict } from "@evenkeel/core";
import { describe, expect, test } from "vitest";
import { classify, classifyEvent, classifyResponse, type ClassifyOptions } from "../src/index.ts";
import type { ProviderName } from "../src/index.ts";
import { now, type Case } from "./catalogue/case.ts";
import { catalogues } from "./catalogue/index.ts";

function expected({ verdict: [action, kind, processed, health], retryAfter }: Case): Verdict {
  const verdict: Verdict = { action, kind, processed, health };
  return retryAfter === undefined ? verdict : { ...verdict, retryAfter };
}

function judged({ status, headers, body }: Case, options: ClassifyOptions<ProviderName>): Verdict | undefined {
  if (status === undefined) return classifyEvent(body, { now, ...options });
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return classifyResponse({ status, headers: new Headers(headers), body: text }, { now, ...options });
}

describe.each(catalogues)("$title", ({ provider, url, cases }) => {
  // vLLM has no host of its own.
  const byUrl = provider === "vllm" ? { provider } : { url };

  test.each(cases)("$answer", (each) => {
    expect(judged(each, byUrl)).toEqual(expected(each));
  });

  test("the provider can be said", () => {
    const url = "http://127.0.0.1/v1";
    for (const each of cases)
      expect([each.answer, judged(each, { url, provider })]).toEqual([each.answer, expected(each)]);
  });

  test("an SDK's error with the same answer gets the same verdict", () => {
    for (const each of cases) {
      if (each.status === undefined || each.status < 400 || each.body === "") continue;
      const { status, headers, body } = each;
      const error = Object.assign(new Error(`${status} failed`), { status, headers: { ...headers }, error: body });
      expect([each.answer, classify(error, { now, ...byUrl })]).toEqual([each.answer, expected(each)]);
    }
  });
});
