/** Cohere: docs.cohere.com/reference/errors. Its error bodies have no codes. */
import type { Provider } from "../provider.ts";
import { badSample } from "../verdict-of.ts";

export const cohere: Provider<"cohere"> = {
  name: "cohere",
  host: /(^|\.)api\.cohere\.(com|ai)$/,
  codes: [[/NO_VALID_RESPONSE_GENERATED/, badSample, 422]],
  texts: [
    [/NO_VALID_RESPONSE_GENERATED/, badSample, 422],
    [/too many tokens/i, "context-length", 400],
    [/calls ?\/ ?month/i, "quota", 429],
  ],
};
