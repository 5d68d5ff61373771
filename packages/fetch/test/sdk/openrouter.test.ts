import { frame, openaiErrorBody } from "@evenkeel/testkit/server";
import { HTTPClient, OpenRouter } from "@openrouter/sdk";
import { OpenRouterError, UnexpectedClientError } from "@openrouter/sdk/models/errors";
import type { ChatStreamChunk } from "@openrouter/sdk/models";
import { contract } from "./contract.ts";

const question = { model: "openai/mock", messages: [{ role: "user" as const, content: "Hi" }] };

const backoff = { initialInterval: 1, maxInterval: 1, exponent: 1, maxElapsedTime: 20_000 };

contract<ChatStreamChunk>({
  connect({ url, retries, fetch, timeout }) {
    const { chat } = new OpenRouter({
      apiKey: "none",
      serverURL: `${url}/api/v1`,
      timeoutMs: timeout,
      retryConfig: retries > 0 ? { strategy: "backoff", backoff, retryConnectionErrors: true } : { strategy: "none" },
      ...(fetch && { httpClient: new HTTPClient({ fetcher: fetch }) }),
    });
    return {
      ask: (signal) => chat.send({ chatRequest: { ...question, stream: false } }, { signal }),
      stream: async (signal) =>
        (await chat.send({ chatRequest: { ...question, stream: true } }, { signal })) as AsyncIterable<ChatStreamChunk>,
    };
  },
  textOf: ({ choices: [choice] }) => choice?.delta.content,
  error: OpenRouterError,
  errorEvent: frame(openaiErrorBody(503)),
  // It retries until its time is over, and tells nothing of it: two of its calls come to four requests. A refusal it does not know.
  costs: { failures: 3, unavailable: 4, unreachable: 4, refused: 1 },
  refusal: UnexpectedClientError,
  reported: "ZodError", // an error is not in the schema of its events
});
