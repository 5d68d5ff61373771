/** OpenAI's errors. */
import { json, type Reply } from "./reply.ts";

export interface OpenAIErrorOptions {
  /** @default the usual type for the status */
  readonly type?: string | undefined;
  /** @default the usual code for the status */
  readonly code?: string | null | undefined;
  /** @default a text with the status */
  readonly message?: string | undefined;
  /** Further headers, such as `retry-after`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

const kinds: Readonly<Record<number, readonly [type: string, code: string | null]>> = {
  400: ["invalid_request_error", null],
  401: ["invalid_request_error", "invalid_api_key"],
  403: ["request_forbidden", "unsupported_country_region_territory"],
  404: ["invalid_request_error", "model_not_found"],
  429: ["requests", "rate_limit_exceeded"],
  503: ["service_unavailable_error", "server_is_overloaded"],
};

/** Returns the body of an error, which is also the `data` of an error within a stream of chat completions. */
export function openaiErrorBody(status: number, options: OpenAIErrorOptions = {}): object {
  const [usualType, usualCode] = kinds[status] ?? [status < 500 ? "invalid_request_error" : "server_error", null];
  const { type = usualType, code = usualCode, message = `Status ${status}` } = options;
  return { error: { message, type, param: null, code } };
}

/** Answers with an error in OpenAI's envelope. */
export function openaiError(status: number, options: OpenAIErrorOptions = {}): Reply {
  return json(openaiErrorBody(status, options), { status, headers: options.headers });
}
