/** OpenAI's chat completions, plain and streamed. */
import { deltasOf, type AnswerOptions } from "./deltas-of.ts";
import { json, type Reply } from "./reply.ts";
import { frame, sse } from "./sse.ts";

/** The creation time of all answers: constant, so that runs are reproducible. */
const created = 1_760_000_000;

/** Answers as `POST /v1/chat/completions` does. */
export function openaiChat(
  text: string | readonly string[],
  { stream = false, usage = false, model = "gpt-mock" }: AnswerOptions = {},
): Reply {
  const deltas = deltasOf(text);
  const base = { id: "chatcmpl-1", created, model };
  if (!stream) {
    const message = { role: "assistant", content: deltas.join(""), refusal: null };
    const choices = [{ index: 0, message, logprobs: null, finish_reason: "stop" }];
    const object = { object: "chat.completion", system_fingerprint: null };
    return json({ ...base, ...object, choices, usage: used(deltas.length) });
  }
  const streamed = { ...base, object: "chat.completion.chunk", ...(usage && { usage: null }) };
  const chunk = (delta: object, finish: string | null = null): string =>
    frame({ ...streamed, choices: [{ index: 0, delta, finish_reason: finish }] });
  return sse([
    chunk({ role: "assistant", content: "" }),
    ...deltas.map((content) => chunk({ content })),
    chunk({}, "stop"),
    ...(usage ? [frame({ ...streamed, choices: [], usage: used(deltas.length) })] : []),
    frame("[DONE]"),
  ]);
}

function used(tokens: number): object {
  return { prompt_tokens: 1, completion_tokens: tokens, total_tokens: tokens + 1 };
}
