/** The standard pipeline as a middleware of Anthropic's SDK, which is a better place for it than its fetch. */
import { classify, classifyEvent, classifyResponse } from "@evenkeel/classify";
import { standardFetch, type ResilientFetchOptions } from "./standard-fetch.ts";

/** The options of the standard pipeline, but for those that the middleware's place decides. */
export type AnthropicMiddlewareOptions = Omit<ResilientFetchOptions, "fetch" | "refusals">;

/** A request of the SDK, as far as it is read here. */
export interface AnthropicRequest extends RequestInit {
  url: string;
  headers: Headers;
}

/** What the SDK takes in its `middleware` option. */
export type AnthropicMiddleware = <Request extends AnthropicRequest>(
  request: Request,
  next: (request: Request) => Promise<Response>,
) => Promise<Response>;

/**
 * Returns a middleware for `@anthropic-ai/sdk`, with the layers of `resilientFetch`. What it refuses reaches the user as the typed
 * error of the layer that refused it, since the SDK neither retries nor wraps that; each attempt is signed anew where the SDK signs
 * (Bedrock, Vertex, Foundry), and all of them stream as Anthropic does.
 * @example
 * const client = new Anthropic({ middleware: [anthropicMiddleware()], maxRetries: 0 });
 * @throws {RangeError | TypeError} An option is out of range.
 */
export function anthropicMiddleware(options: AnthropicMiddlewareOptions = {}): AnthropicMiddleware {
  const send = standardFetch({ classify, classifyEvent, classifyResponse }, { ...options, refusals: "throw" });
  return function anthropicMiddleware(request, next) {
    return send(request.url, request, (_url, init) =>
      // A middleware below may change the headers in place, and an attempt must not see what was done to another.
      next({ ...request, ...init, headers: new Headers(init?.headers) }),
    );
  };
}
