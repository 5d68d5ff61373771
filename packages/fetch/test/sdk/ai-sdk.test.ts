import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { CircuitOpenError } from "@evenkeel/circuit-breaker";
import { anthropicError, anthropicErrorBody, frame, openaiErrorBody } from "@evenkeel/testkit/server";
import { APICallError, generateText, StreamProviderError, streamText, type LanguageModel } from "ai";
import { describe } from "vitest";
import { contract } from "./contract.ts";
import type { Sdk, Setting } from "./sdk.ts";

function aiSdk(modelOf: (url: string, fetch: Setting["fetch"]) => LanguageModel): Sdk<string> {
  return {
    connect({ url, retries, fetch, timeout }) {
      const question = { model: modelOf(`${url}/v1`, fetch), prompt: "Hi", maxRetries: retries, timeout };
      return {
        async ask(abortSignal) {
          const { text, usage, finishReason } = await generateText({ ...question, abortSignal });
          return { text, usage, finishReason };
        },
        async *stream(abortSignal) {
          for await (const part of streamText({ ...question, abortSignal, onError: () => {} }).fullStream) {
            if (part.type === "error") throw part.error;
            if (part.type === "abort") throw new Error(part.reason);
            if (part.type === "text-delta") yield part.text;
          }
        },
      };
    },
    textOf: (piece) => piece,
    error: APICallError,
    errorEvent: frame(openaiErrorBody(503)),
    // It tells nothing of its retries, so that they multiply with ours; but it retries no error that it does not know.
    costs: { unavailable: 4, unreachable: 4, refused: 1 },
    refusal: CircuitOpenError,
    reported: StreamProviderError,
    broken: APICallError, // with our error as its cause
    left: "read on", // it reads ahead of the loop: the gap limit ends a stream that stalls, its end any other
  };
}

describe("@ai-sdk/openai", () => {
  contract({
    ...aiSdk((baseURL, fetch) => createOpenAI({ baseURL, apiKey: "none", fetch })("mock")),
    errorEvent: frame(
      { type: "error", code: "server_error", message: "Overloaded", param: null, sequence_number: 9 },
      "error",
    ),
  });
});

describe("@ai-sdk/anthropic", () => {
  contract({
    ...aiSdk((baseURL, fetch) => createAnthropic({ baseURL, apiKey: "none", fetch })("claude-3-haiku-20240307")),
    failure: (status) => anthropicError(status),
    errorEvent: frame(anthropicErrorBody(529), "error"),
  });
});

describe("@ai-sdk/openai-compatible", () => {
  contract(aiSdk((baseURL, fetch) => createOpenAICompatible({ name: "mock", baseURL, apiKey: "none", fetch })("mock")));
});
