/** Anthropic's errors. */
import { json, type Reply } from "./reply.ts";

export interface AnthropicErrorOptions {
  /** @default the usual type for the status */
  readonly type?: string | undefined;
  /** @default a sentence with the type */
  readonly message?: string | undefined;
  /** Further headers, such as `retry-after`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

const types: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  402: "billing_error",
  403: "permission_error",
  404: "not_found_error",
  409: "conflict_error",
  413: "request_too_large",
  429: "rate_limit_error",
  504: "timeout_error",
  529: "overloaded_error",
};

/** Returns the body of an error, which is also the `data` of an `error` event. */
export function anthropicErrorBody(status: number, options: AnthropicErrorOptions = {}): object {
  const type = options.type ?? types[status] ?? (status < 500 ? "invalid_request_error" : "api_error");
  return { type: "error", error: { type, message: options.message ?? `Failed with ${type}` }, request_id: "req_1" };
}

/** Answers with an error in Anthropic's envelope. */
export function anthropicError(status: number, options: AnthropicErrorOptions = {}): Reply {
  return json(anthropicErrorBody(status, options), { status, headers: options.headers });
}
