import { frame, openaiErrorBody } from "@evenkeel/testkit/server";
import { HTTPClient, Mistral } from "@mistralai/mistralai";
import type { CompletionEvent } from "@mistralai/mistralai/models/components/index.js";
import { MistralError, UnexpectedClientError } from "@mistralai/mistralai/models/errors/index.js";
import { contract } from "./contract.ts";

const question = { model: "mistral-mock", messages: [{ role: "user" as const, content: "Hi" }] };

const backoff = { initialInterval: 1, maxInterval: 1, exponent: 1, maxElapsedTime: 20_000 };

contract<CompletionEvent>({
  connect({ url, retries, fetch, timeout }) {
    const { chat } = new Mistral({
      apiKey: "none",
      serverURL: url,
      timeoutMs: timeout,
      retryConfig: retries > 0 ? { strategy: "backoff", backoff, retryConnectionErrors: true } : { strategy: "none" },
      ...(fetch && { httpClient: new HTTPClient({ fetcher: fetch }) }),
    });
    return {
      ask: (signal) => chat.complete(question, { signal }),
      stream: (signal) => chat.stream(question, { signal }),
    };
  },
  textOf: ({
    data: {
      choices: [choice],
    },
  }) => choice?.delta.content as string,
  error: MistralError,
  errorEvent: frame(openaiErrorBody(503)),
  // It retries until its time is over, and tells nothing of it: two of its calls come to four requests. A refusal it does not know.
  costs: { failures: 3, unavailable: 4, unreachable: 4, refused: 1 },
  refusal: UnexpectedClientError,
  reported: "ZodError", // an error is not in the schema of its events
});
