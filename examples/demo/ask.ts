/** Asks a question through an SDK, as in its documentation, and returns the result as the answer. */
import type { Clients } from "./arms.ts";
import { requestHeader } from "./provider.ts";
import type { Api, Question } from "./question.ts";

interface RequestOptions {
  readonly signal: AbortSignal;
  readonly headers: Record<string, string>;
}

type Ask = (clients: Clients, text: string, options: RequestOptions) => Promise<string | undefined>;

const openaiModel = "gpt-4o";
const anthropicModel = "claude-sonnet-5";
const max_tokens = 200;
const userMessages = (content: string) => [{ role: "user" as const, content }];

const asks: Readonly<Record<Api, { readonly plain: Ask; readonly streamed: Ask }>> = {
  chat: {
    async plain({ openai }, text, options) {
      const completion = await openai.chat.completions.create(
        { model: openaiModel, messages: userMessages(text) },
        options,
      );
      return completion.choices?.[0]?.message.content ?? undefined;
    },
    async streamed({ openai }, text, options) {
      const request = { model: openaiModel, messages: userMessages(text), stream: true } as const;
      let answer = "";
      for await (const chunk of await openai.chat.completions.create(request, options)) {
        answer += chunk.choices[0]?.delta.content ?? "";
      }
      return answer;
    },
  },
  responses: {
    async plain({ openai }, text, options) {
      const response = await openai.responses.create({ model: openaiModel, input: text }, options);
      return response.output_text;
    },
    async streamed({ openai }, text, options) {
      let answer = "";
      for await (const event of await openai.responses.create(
        { model: openaiModel, input: text, stream: true },
        options,
      )) {
        if (event.type === "response.output_text.delta") answer += event.delta;
      }
      return answer;
    },
  },
  messages: {
    async plain({ anthropic }, text, options) {
      const message = await anthropic.messages.create(
        { model: anthropicModel, max_tokens, messages: userMessages(text) },
        options,
      );
      const block = message.content?.[0];
      return block?.type === "text" ? block.text : undefined;
    },
    async streamed({ anthropic }, text, options) {
      const request = { model: anthropicModel, max_tokens, messages: userMessages(text), stream: true } as const;
      let answer = "";
      for await (const event of await anthropic.messages.create(request, options)) {
        if (event.type === "content_block_delta" && event.delta.type === "text_delta") answer += event.delta.text;
      }
      return answer;
    },
  },
};

/** Returns the answer. Rejects with the error of the SDK. */
export function ask(
  clients: Clients,
  { api, stream, text, index }: Question,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { plain, streamed } = asks[api];
  return (stream ? streamed : plain)(clients, text, { signal, headers: { [requestHeader]: String(index) } });
}
