/** The standard pipeline as middleware for Anthropic's SDK. */
import { checkOptions } from "@evenkeel/core";
import { everyProvider } from "./every-provider.ts";
import { standardFetch, type ResilientFetchOptions } from "./standard-fetch.ts";

/** The options of `resilientFetch`, except those that the middleware sets itself. */
export type AnthropicMiddlewareOptions = Omit<ResilientFetchOptions, "fetch" | "refusals">;

/** The part of an SDK request that the middleware reads. */
export interface AnthropicRequest extends RequestInit {
  url: string;
  headers: Headers;
}

/** An element of the SDK's `middleware` option. */
export type AnthropicMiddleware = <Request extends AnthropicRequest>(
  request: Request,
  next: (request: Request) => Promise<Response>,
) => Promise<Response>;

/**
 * Returns a middleware for `@anthropic-ai/sdk` with the layers of `resilientFetch`. Prefer it to the SDK's `fetch` option: a refusal
 * reaches the user as the typed error of the layer that refused, since the SDK neither retries nor wraps it. Where the SDK signs
 * requests (Bedrock, Vertex, Foundry), each attempt is signed anew, and streams arrive here in Anthropic's own format.
 * @example
 * const client = new Anthropic({ middleware: [anthropicMiddleware()], maxRetries: 0 });
 * @throws {RangeError | TypeError} An option is out of range.
 */
export function anthropicMiddleware(options: AnthropicMiddlewareOptions = {}): AnthropicMiddleware {
  checkOptions(options);
  const send = standardFetch(everyProvider, { ...options, refusals: "throw" });
  return function anthropicMiddleware(request, next) {
    return send(request.url, request, (_url, init) =>
      // Middleware below may change the headers in place, which must not affect the next attempt.
      next({ ...request, ...init, headers: new Headers(init?.headers) }),
    );
  };
}
