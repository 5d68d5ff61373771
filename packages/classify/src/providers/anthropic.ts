/** Anthropic, at docs.claude.com/en/api/errors. */
import type { Provider } from "../table.ts";

export const anthropic: Provider<"anthropic"> = {
  name: "anthropic",
  host: /(^|\.)api\.anthropic\.com$/,
  texts: [[/specified API usage limits/, "quota", 400]],
};
