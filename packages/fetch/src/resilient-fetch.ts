/** A fetch with all layers, in the standard order. */
import { asFetch } from "./adapt.ts";
import { everyProvider } from "./every-provider.ts";
import { standardFetch, type ResilientFetchOptions } from "./standard-fetch.ts";

/**
 * Returns a drop-in `fetch` for a flaky provider: with a total time limit, retries within a budget, a circuit breaker, a rate limit if
 * you provide one, a time limit to the first content, and a guard for the body. It knows the errors of every provider.
 *
 * Create one for the whole application, because it holds the state of the breaker, the budget and the limits. Turn off the SDK's own
 * retries, which would multiply with these. If nothing helps, a call resolves with the provider's last response, or rejects with a
 * `TimeoutError`, a refusal (`CircuitOpenError`, `RateLimitError`), the network error or the caller's abort reason.
 * @example
 * const client = new OpenAI({ fetch: resilientFetch(), maxRetries: 0 });
 * @throws {RangeError | TypeError} An option is out of range.
 */
export function resilientFetch(options: ResilientFetchOptions = {}): typeof fetch {
  return asFetch(standardFetch(everyProvider, options));
}
