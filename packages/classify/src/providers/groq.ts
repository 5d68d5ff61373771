/** Groq: console.groq.com/docs/errors. */
import type { Provider } from "../provider.ts";
import { badSample } from "../verdict-of.ts";

export const groq: Provider<"groq"> = {
  name: "groq",
  host: /(^|\.)api\.groq\.com$/,
  codes: [[/^(tool_use|json_validate)_failed$/, badSample]],
  texts: [[/\b[TR]PD\b|per day/, "quota", 429]],
  statuses: {
    422: badSample,
    // Not Groq itself: the server of a tool refused.
    424: "invalid-request",
    498: "overloaded",
  },
};
