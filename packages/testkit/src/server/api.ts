/** The APIs that the server imitates. */
import { anthropicError, anthropicErrorBody } from "./anthropic-error.ts";
import { anthropicMessage, anthropicPing } from "./anthropic-message.ts";
import type { AnswerOptions } from "./deltas-of.ts";
import { openaiChat } from "./openai-chat.ts";
import { openaiError, openaiErrorBody } from "./openai-error.ts";
import { openaiResponse } from "./openai-response.ts";
import type { Reply } from "./reply.ts";
import type { SeenRequest } from "./seen-request.ts";
import { comment, frame } from "./sse.ts";

/** The formats of a provider's API. */
export interface Api {
  readonly path: RegExp;
  answer(text: string | readonly string[], options: AnswerOptions): Reply;
  error(status: number, headers?: Readonly<Record<string, string>>): Reply;
  /** The status of an overloaded provider. */
  readonly overloadedStatus: number;
  /** The frame that an overloaded provider sends within a stream. */
  readonly overloadedFrame: string;
  /** The frame that keeps a stream alive. */
  readonly ping: string;
}

const flatError = {
  type: "error",
  code: "server_is_overloaded",
  message: "Overloaded",
  param: null,
  sequence_number: 1,
};

const chat: Api = {
  path: /\/chat\/completions/,
  answer: openaiChat,
  error: (status, headers) => openaiError(status, { headers }),
  overloadedStatus: 503,
  overloadedFrame: frame(openaiErrorBody(503, { message: "Overloaded" })),
  ping: comment,
};

const apis: readonly Api[] = [
  chat,
  {
    ...chat,
    path: /\/responses/,
    answer: openaiResponse,
    overloadedFrame: frame(flatError, "error"),
    ping: frame({ type: "keepalive", sequence_number: 0 }, "keepalive"),
  },
  {
    path: /\/messages/,
    answer: anthropicMessage,
    error: (status, headers) => anthropicError(status, { headers }),
    overloadedStatus: 529,
    overloadedFrame: frame(anthropicErrorBody(529, { message: "Overloaded" }), "error"),
    ping: anthropicPing,
  },
];

/** Returns the API of a request by its path. Unknown paths are treated as chat completions. */
export function apiOf({ path }: SeenRequest): Api {
  return apis.find((api) => api.path.test(path)) ?? chat;
}

/** Tells whether the request's body asks for a stream. */
export function wantsStream({ body }: SeenRequest): boolean {
  return /"stream"\s*:\s*true/.test(body);
}

/** Tells whether the request's body asks for the usage at the end of a stream of chat completions. */
export function wantsUsage({ body }: SeenRequest): boolean {
  return /"include_usage"\s*:\s*true/.test(body);
}
