import { CircuitOpenError } from "@evenkeel/circuit-breaker";
import { json } from "@evenkeel/testkit/server";
import { Ollama, type ChatResponse } from "ollama";
import { contract } from "./contract.ts";

const question = { model: "mock", messages: [{ role: "user", content: "Hi" }] };

contract<ChatResponse>({
  connect({ url, fetch }) {
    const client = new Ollama({ host: url, ...(fetch && { fetch }) });
    return {
      ask: () => client.chat(question),
      stream(signal) {
        signal?.addEventListener("abort", () => client.abort());
        return client.chat({ ...question, stream: true });
      },
    };
  },
  textOf: ({ message }) => message.content,
  error: "ResponseError",
  failure: (status) => json({ error: `Status ${status}` }, { status }),
  errorEvent: '{"error":"Overloaded"}\n',
  // It has no retries of its own.
  costs: { unavailable: 2, unreachable: 2, refused: 1 },
  refusal: CircuitOpenError,
  reported: Error, // in a stream it makes no `ResponseError`
  timeout: "none",
  canAbortWait: false, // `abort()` knows only streams that have begun
  left: "unread", // its loop does not cancel what it reads from
});
