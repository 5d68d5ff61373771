import { frame, openaiErrorBody } from "@evenkeel/testkit/server";
import Groq, { APIError, InternalServerError } from "groq-sdk";
import { contract } from "./contract.ts";

const question = { model: "mock", messages: [{ role: "user" as const, content: "Hi" }] };

contract<Groq.Chat.ChatCompletionChunk>({
  connect({ url, retries, ...setting }) {
    const { chat } = new Groq({ baseURL: url, apiKey: "none", maxRetries: retries, ...setting });
    return {
      ask: (signal) => chat.completions.create(question, { signal }),
      stream: (signal) => chat.completions.create({ ...question, stream: true }, { signal }),
    };
  },
  textOf: ({ choices: [choice] }) => choice?.delta.content,
  error: APIError,
  errorEvent: frame(openaiErrorBody(503)),
  costs: { unavailable: 2, unreachable: 3, refused: 1 }, // as openai, of the same generator
  refusal: InternalServerError,
  reported: APIError,
});
