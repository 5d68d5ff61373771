/** Ollama's own API: one JSON object per line. */
import { jsonAt, type Protocol } from "./protocol.ts";

export const ollama: Protocol = {
  // Other servers also send `done`, with their content in other fields.
  matches: ({ json }) => json !== undefined && "done" in json && ("message" in json || "response" in json),
  marks: /rror["\n\r]|done": ?true/,

  meaningOf({ json }) {
    if (json?.["done"] === true) return "end";
    const message = jsonAt(json, "message") ?? json;
    return ["content", "thinking", "response", "tool_calls"].some((field) => message?.[field]) ? "content" : "noise";
  },
};
