/** A fetch with every layer on, in the standard order. */
import { classify, classifyEvent, classifyResponse } from "@evenkeel/classify";
import { asFetch } from "./adapt.ts";
import { standardFetch, type ResilientFetchOptions } from "./standard-fetch.ts";

/**
 * Returns a drop-in `fetch` that outlives a flaky provider: total limit, retry under a budget, circuit breaker, rate limit where given,
 * limit to the first content, and a guard over the body. It knows the errors of every provider.
 * @example
 * const client = new OpenAI({ fetch: resilientFetch(), maxRetries: 0 });
 * @throws {RangeError | TypeError} An option is out of range.
 */
export function resilientFetch(options: ResilientFetchOptions = {}): typeof fetch {
  return asFetch(standardFetch({ classify, classifyEvent, classifyResponse }, options));
}
