import type { Classify } from "@evenkeel/core";
import { expectTypeOf, test } from "vitest";
import {
  classifier,
  classify,
  classifyEvent,
  classifyResponse,
  groq,
  isRetryable,
  type Provider,
  type ProviderName,
  together,
} from "../src/index.ts";

test("classify serves as a layer's own, and as a call's", () => {
  expectTypeOf(classify).toExtend<Classify>();
  expectTypeOf(isRetryable).toExtend<(error: Error) => boolean>();
});

test("a response of fetch's is taken with its body's text", () => {
  const response = new Response();
  expectTypeOf(classifyResponse).toBeCallableWith({
    status: response.status,
    headers: response.headers,
    body: "",
    url: response.url,
  });
  expectTypeOf(classifyResponse).toBeCallableWith({ status: 503 });
});

test("the names of providers are those of the tables", () => {
  const few = classifier(groq, together);
  expectTypeOf(few.classify).parameter(1).toEqualTypeOf<Parameters<typeof few.classifyEvent>[1]>();
  few.classify(1, { provider: "groq" });
  // @ts-expect-error -- not among these tables
  few.classify(1, { provider: "openai" });
  // @ts-expect-error -- no such provider
  classifyEvent({}, { provider: "nobody" });
  expectTypeOf<"vllm">().toExtend<ProviderName>();
});

test("a table of one's own is a table", () => {
  const mine: Provider<"mine"> = { name: "mine", host: /^llm\.example$/, statuses: { 503: "overloaded" } };
  classifier(mine).classify(1, { provider: "mine" });
  // @ts-expect-error -- no such kind
  const wrong: Provider = { name: "wrong", host: /x/, statuses: { 503: "tired" } };
  expectTypeOf(wrong).toEqualTypeOf<Provider>();
});
