/** Anthropic's messages, plain and streamed. */
import { deltasOf, type AnswerOptions } from "./deltas-of.ts";
import { json, type Reply } from "./reply.ts";
import { frame, sse } from "./sse.ts";

/** The frame that Anthropic sends to keep a stream alive. */
export const anthropicPing: string = frame({ type: "ping" }, "ping");

/** Answers as `POST /v1/messages` does. */
export function anthropicMessage(
  text: string | readonly string[],
  { stream = false, model = "claude-mock" }: AnswerOptions = {},
): Reply {
  const deltas = deltasOf(text);
  const base = { id: "msg_1", type: "message", role: "assistant", model, stop_sequence: null };
  if (!stream) {
    const content = [{ type: "text", text: deltas.join("") }];
    return json({ ...base, content, stop_reason: "end_turn", usage: usage(deltas.length) });
  }
  const event = (type: string, rest: object = {}): string => frame({ type, ...rest }, type);
  return sse([
    event("message_start", { message: { ...base, content: [], stop_reason: null, usage: usage(1) } }),
    event("content_block_start", { index: 0, content_block: { type: "text", text: "" } }),
    anthropicPing,
    ...deltas.map((piece) => event("content_block_delta", { index: 0, delta: { type: "text_delta", text: piece } })),
    event("content_block_stop", { index: 0 }),
    event("message_delta", {
      delta: { stop_reason: "end_turn", stop_sequence: null },
      usage: { output_tokens: deltas.length },
    }),
    event("message_stop"),
  ]);
}

function usage(tokens: number): object {
  return { input_tokens: 1, output_tokens: tokens };
}
