/** A fetch with all layers, in the standard order. */
import { asFetch } from "./adapt.ts";
import { everyProvider } from "./every-provider.ts";
import { standardFetch, type ResilientFetchOptions } from "./standard-fetch.ts";

/**
 * Returns a drop-in `fetch` for a flaky provider: with a total time limit, retries within a budget, a circuit breaker, a rate limit if
 * you provide one, a time limit to the first content, and a guard for the body. It knows the errors of every provider.
 * @example
 * const client = new OpenAI({ fetch: resilientFetch(), maxRetries: 0 });
 * @throws {RangeError | TypeError} An option is out of range.
 */
export function resilientFetch(options: ResilientFetchOptions = {}): typeof fetch {
  return asFetch(standardFetch(everyProvider, options));
}
