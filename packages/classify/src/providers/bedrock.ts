/** Amazon Bedrock: docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html. */
import type { Provider } from "../provider.ts";

export const bedrock: Provider<"bedrock"> = {
  name: "bedrock",
  host: /^bedrock[a-z-]*\.[a-z0-9-]+\.(amazonaws\.com(\.cn)?|api\.aws)$/,
  codes: [
    // The user's own model is starting.
    [/ModelNotReady/, { kind: "overloaded", health: "neutral" }],
    [/RequestExpired/, "auth"],
  ],
  texts: [
    [/per day/i, "quota", 429],
    [/on-demand throughput/i, "not-found", 400],
  ],
};
