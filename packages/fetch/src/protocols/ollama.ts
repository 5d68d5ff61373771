/** Ollama's own API: a JSON object a line. */
import { isJson, type Protocol } from "./protocol.ts";

export const ollama: Protocol = {
  // Other servers say `done` of content that is not here.
  matches: ({ json }) => json !== undefined && "done" in json && ("message" in json || "response" in json),
  marks: /rror["\n\r]|done": ?true/,

  reader:
    () =>
    ({ json }) => {
      if (json?.["done"] === true) return "end";
      const message = isJson(json?.["message"]) ? json["message"] : json;
      return ["content", "thinking", "response", "tool_calls"].some((field) => message?.[field]) ? "content" : "noise";
    },
};
