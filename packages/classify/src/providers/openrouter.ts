/** OpenRouter: openrouter.ai/docs/api/reference/errors-and-debugging. The body of the provider behind it is in `metadata.raw`. */
import type { Provider } from "../provider.ts";

export const openrouter: Provider<"openrouter"> = {
  name: "openrouter",
  host: /(^|\.)openrouter\.ai$/,
  codes: [
    // What is being generated now holds the credit: it comes free again.
    [/in_flight_budget/, "rate-limit"],
    [/^weight_exceeds_budget$/, { kind: "billing", action: "stop" }],
    [/insufficient_quota|credit_balance/, "billing"],
    [/^string_too_long$/, 400],
  ],
  texts: [
    [/free-models-per-day/, "quota", 429],
    // The provider behind was at its limit, and the key is healthy: the next call may be routed to another.
    [/provider returned error/i, "overloaded", 429],
    [/provider returned error/i, "server", 404],
    [/moderation|flagged/i, "content-filter", 403],
  ],
};
