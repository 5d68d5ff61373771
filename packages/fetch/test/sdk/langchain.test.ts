import { frame, openaiErrorBody } from "@evenkeel/testkit/server";
import type { AIMessageChunk } from "@langchain/core/messages";
import { ChatOpenAI } from "@langchain/openai";
import { APIError, InternalServerError } from "openai";
import { contract } from "./contract.ts";

contract<AIMessageChunk>({
  connect({ url, retries, fetch, timeout }) {
    const model = new ChatOpenAI({
      model: "mock",
      apiKey: "none",
      maxRetries: retries,
      timeout,
      configuration: { baseURL: `${url}/v1`, fetch },
    });
    return {
      ask: (signal) => model.invoke("Hi", { signal }),
      stream: (signal) => model.stream("Hi", { signal }),
    };
  },
  textOf: ({ content }) => content as string,
  error: APIError,
  errorEvent: frame(openaiErrorBody(503)),
  // It retries above the SDK of OpenAI, and tells nothing of it: also a refusal, for which `x-should-retry` means nothing to it.
  costs: { unavailable: 4, unreachable: 4, refused: 2 },
  refusal: InternalServerError,
  reported: APIError,
});
