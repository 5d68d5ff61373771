/** Anthropic: docs.claude.com/en/api/errors. */
import type { Provider } from "../provider.ts";

export const anthropic: Provider<"anthropic"> = {
  name: "anthropic",
  host: /(^|\.)api\.anthropic\.com$/,
  codes: [[/^(organization_on_hold|workspace_policy_violation|cmek_key_disabled)$/, "permission"]],
  texts: [
    // A spend limit has the status and type of an invalid request.
    [/specified API usage limits/i, "quota", 400],
    // Long contexts require a higher tier.
    [/extra usage[^.]{0,99}long context|long context[^.]{0,99}extra usage/i, "context-length", 429],
  ],
};
