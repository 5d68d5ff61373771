/** OpenRouter: openrouter.ai/docs/api/reference/errors-and-debugging. The body of the upstream provider is in `metadata.raw`. */
import type { Provider } from "../provider.ts";

export const openrouter: Provider<"openrouter"> = {
  name: "openrouter",
  host: /(^|\.)openrouter\.ai$/,
  codes: [
    // Requests in flight have reserved the credit, and will release it.
    [/in_flight_budget/, "rate-limit"],
    [/^weight_exceeds_budget$/, { kind: "billing", action: "stop" }],
    [/insufficient_quota|credit_balance/, "billing"],
    [/^string_too_long$/, 400],
  ],
  texts: [
    [/free-models-per-day/, "quota", 429],
    // The upstream provider is at its limit, not the key. The next call may be routed to another provider.
    [/provider returned error/i, "overloaded", 429],
    [/provider returned error/i, "server", 404],
    [/moderation|flagged/i, "content-filter", 403],
  ],
};
