import { StreamError } from "@evenkeel/fetch";
import { frame, json } from "@evenkeel/testkit/server";
import { CohereClientV2, CohereError, type Cohere } from "cohere-ai";
import { contract } from "./contract.ts";

const question = { model: "command", messages: [{ role: "user" as const, content: "Hi" }] };

contract<Cohere.V2ChatStreamResponse>({
  connect({ url, retries, fetch, timeout }) {
    const timeoutInSeconds = timeout && timeout / 1_000;
    const client = new CohereClientV2({ token: "none", baseUrl: url, fetch, maxRetries: retries, timeoutInSeconds });
    return {
      ask: (abortSignal) => client.chat(question, { abortSignal }),
      stream: (abortSignal) => client.chatStream(question, { abortSignal }),
    };
  },
  textOf: (event) => (event.type === "content-delta" ? event.delta?.message?.content?.text : ""),
  error: CohereError,
  failure: (status) => json({ message: `Status ${status}` }, { status }),
  errorEvent: frame({ type: "message-end", delta: { finish_reason: "ERROR", error: "Overloaded" } }, "message-end"),
  // It tells nothing of its retries, so that they multiply with ours; but what is thrown it does not retry.
  costs: { unavailable: 4, unreachable: 2, refused: 1 },
  refusal: CohereError,
  reported: StreamError, // by itself it takes an answer that ended in an error for one that ended
});
