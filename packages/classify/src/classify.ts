/** The classifier that knows every provider. */
import type { Verdict } from "@evenkeel/core";
import { classifier, type Classifier, type ClassifyOptions, type ResponseLike } from "./classifier.ts";
import { anthropic } from "./providers/anthropic.ts";
import { openai } from "./providers/openai.ts";

/** The names of the providers that have a table. */
export type ProviderName = "openai" | "anthropic";

const everyone: Classifier<ProviderName> = /* @__PURE__ */ classifier(openai, anthropic);

/**
 * Returns the verdict on anything thrown: by a vendor's SDK, an HTTP client, a runtime's `fetch`, or this toolkit. Never throws.
 * @example
 * const { action, kind, retryAfter } = classify(error);
 */
export function classify(error: unknown, options?: ClassifyOptions<ProviderName>): Verdict {
  return everyone.classify(error, options);
}

/**
 * Tells whether the same call may succeed if made again. Serves as p-retry's `shouldRetry` and cockatiel's `handleWhen`, and
 * negated as opossum's `errorFilter`.
 */
export function isRetryable(error: unknown): boolean {
  return everyone.isRetryable(error);
}

/** Returns the verdict on a response whose body was read, whole or in part: `accept` where it is a success. Never throws. */
export function classifyResponse(response: ResponseLike, options?: ClassifyOptions<ProviderName>): Verdict {
  return everyone.classifyResponse(response, options);
}

/**
 * Returns the verdict on an event of a stream, or on a body that came with a 2xx (JSON text, or parsed), where it tells of a
 * failure, as if nothing had been delivered before. Never throws.
 */
export function classifyEvent(event: unknown, options?: ClassifyOptions<ProviderName>): Verdict | undefined {
  return everyone.classifyEvent(event, options);
}
