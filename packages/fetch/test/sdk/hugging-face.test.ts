import { CircuitOpenError } from "@evenkeel/circuit-breaker";
import { resilientFetch } from "@evenkeel/fetch";
import { constant, retry } from "@evenkeel/retry";
import { faultServer, frame, json, openaiError, openaiErrorBody, sequence } from "@evenkeel/testkit/server";
import { InferenceClient, InferenceClientProviderApiError } from "@huggingface/inference";
import { expect, it } from "vitest";
import { contract } from "./contract.ts";

const question = { model: "mock", messages: [{ role: "user" as const, content: "Hi" }] };

contract({
  connect({ url, retries, fetch }) {
    const client = new InferenceClient("none", { endpointUrl: `${url}/v1`, retry_on_error: retries > 0, fetch });
    return {
      ask: (signal) => client.chatCompletion(question, { signal }),
      stream: (signal) => client.chatCompletionStream(question, { signal }),
    };
  },
  textOf: ({ choices: [choice] }) => choice?.delta.content,
  error: InferenceClientProviderApiError,
  errorEvent: frame(openaiErrorBody(503)),
  // It repeats a 503 at once and for ever, unless `retry_on_error` is false: three failures come to two of its calls. What is thrown it
  // does not retry.
  costs: { failures: 3, unavailable: 4, unreachable: 2, refused: 1 },
  refusal: CircuitOpenError,
  reported: InferenceClientProviderApiError,
  timeout: "none",
  left: "unread", // its loop does not cancel what it reads from
});

it("sends a blob again on a retry", async () => {
  await using server = await faultServer({ respond: sequence(openaiError(503), json({ text: "A keel" })) });
  const fetch = resilientFetch({ retry: retry({ retries: 1, backoff: constant(0) }) });
  const client = new InferenceClient("none", { endpointUrl: server.url, fetch, retry_on_error: false });
  const heard = await client.automaticSpeechRecognition({ data: new Blob(["splash"], { type: "audio/wav" }) });
  expect(heard.text).toBe("A keel");
  expect(server.requests.map(({ body, headers }) => [body, headers["content-type"]])).toEqual([
    ["splash", "audio/wav"],
    ["splash", "audio/wav"],
  ]);
});
