/** OpenAI's responses, plain and streamed. */
import { deltasOf, type AnswerOptions } from "./deltas-of.ts";
import { json, type Reply } from "./reply.ts";
import { frame, sse } from "./sse.ts";

/** The creation time of all answers: constant, so that runs are reproducible. */
const created = 1_760_000_000;

/** Answers as `POST /v1/responses` does. */
export function openaiResponse(
  text: string | readonly string[],
  { stream = false, model = "gpt-mock" }: AnswerOptions = {},
): Reply {
  const deltas = deltasOf(text);
  const part = { type: "output_text", text: deltas.join(""), annotations: [] };
  const item = { type: "message", id: "msg_1", status: "completed", role: "assistant", content: [part] };
  const base = { id: "resp_1", object: "response", created_at: created, model, error: null, incomplete_details: null };
  const tokens = { input_tokens: 1, output_tokens: deltas.length, total_tokens: deltas.length + 1 };
  const completed = { ...base, status: "completed", output: [item], usage: tokens };
  if (!stream) return json(completed);

  let sequence_number = 0;
  const event = (type: string, rest: object): string =>
    frame({ type, sequence_number: sequence_number++, ...rest }, type);
  const place = { item_id: item.id, output_index: 0, content_index: 0 };
  const begun = { ...base, status: "in_progress", output: [], usage: null };
  return sse([
    event("response.created", { response: begun }),
    event("response.in_progress", { response: begun }),
    event("response.output_item.added", { output_index: 0, item: { ...item, status: "in_progress", content: [] } }),
    event("response.content_part.added", { ...place, part: { ...part, text: "" } }),
    ...deltas.map((delta) => event("response.output_text.delta", { ...place, delta, logprobs: [] })),
    event("response.output_text.done", { ...place, text: part.text, logprobs: [] }),
    event("response.content_part.done", { ...place, part }),
    event("response.output_item.done", { output_index: 0, item }),
    event("response.completed", { response: completed }),
  ]);
}
