/** The classifier that knows every provider. */
import type { Verdict } from "@evenkeel/core";
import { classifier, type Classifier, type ClassifyOptions, type ResponseLike } from "./classifier.ts";
import { anthropic } from "./providers/anthropic.ts";
import { azureOpenai } from "./providers/azure-openai.ts";
import { bedrock } from "./providers/bedrock.ts";
import { cohere } from "./providers/cohere.ts";
import { dashscope } from "./providers/dashscope.ts";
import { deepseek } from "./providers/deepseek.ts";
import { fireworks } from "./providers/fireworks.ts";
import { gemini } from "./providers/gemini.ts";
import { groq } from "./providers/groq.ts";
import { huggingFace } from "./providers/hugging-face.ts";
import { mistral } from "./providers/mistral.ts";
import { ollama } from "./providers/ollama.ts";
import { openai } from "./providers/openai.ts";
import { openrouter } from "./providers/openrouter.ts";
import { perplexity } from "./providers/perplexity.ts";
import { together } from "./providers/together.ts";
import { vllm } from "./providers/vllm.ts";
import { xai } from "./providers/xai.ts";

/** The names of all providers with a table. */
export type ProviderName =
  | "openai"
  | "azure-openai"
  | "anthropic"
  | "gemini"
  | "mistral"
  | "cohere"
  | "groq"
  | "together"
  | "fireworks"
  | "deepseek"
  | "xai"
  | "openrouter"
  | "bedrock"
  | "ollama"
  | "vllm"
  | "hugging-face"
  | "perplexity"
  | "dashscope";

const everyProvider: Classifier<ProviderName> = /* @__PURE__ */ classifier(
  openai,
  azureOpenai,
  anthropic,
  gemini,
  mistral,
  cohere,
  groq,
  together,
  fireworks,
  deepseek,
  xai,
  openrouter,
  bedrock,
  ollama,
  vllm,
  huggingFace,
  perplexity,
  dashscope,
);

/**
 * Returns the verdict on anything thrown by a vendor's SDK, an HTTP client, a runtime's `fetch` or this toolkit. Never throws.
 * @example
 * const { action, kind, retryAfter } = classify(error);
 */
export function classify(error: unknown, options?: ClassifyOptions<ProviderName>): Verdict {
  return everyProvider.classify(error, options);
}

/**
 * Tells whether repeating the call may help. Works as p-retry's `shouldRetry` and cockatiel's `handleWhen`. A circuit breaker should
 * not count by it, but by the `health` of the verdict: a throttled call is worth a retry, but no failure of the upstream. Never throws.
 */
export function isRetryable(error: unknown): boolean {
  return everyProvider.isRetryable(error);
}

/** Returns the verdict on a response: `accept` if it is a success. Never throws. */
export function classifyResponse(response: ResponseLike, options?: ClassifyOptions<ProviderName>): Verdict {
  return everyProvider.classifyResponse(response, options);
}

/**
 * Returns the verdict on a stream event or on the body of a 2xx response, as JSON text or parsed; `undefined` if it reports no
 * failure. Assumes that nothing was delivered before it. Never throws.
 */
export function classifyEvent(event: unknown, options?: ClassifyOptions<ProviderName>): Verdict | undefined {
  return everyProvider.classifyEvent(event, options);
}
