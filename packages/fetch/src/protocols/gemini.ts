/** Gemini's `streamGenerateContent`, also on Vertex. */
import { jsonAt, listAt, type Protocol } from "./protocol.ts";

export const gemini: Protocol = {
  matches: ({ json }) =>
    json !== undefined && ["candidates", "promptFeedback", "usageMetadata"].some((name) => name in json),
  marks: /rror["\n\r]|finishReason|blockReason/,

  meaningOf({ json }) {
    const candidates = listAt(json, "candidates");
    // There is no terminator: the last chunk says why the answer ends, or why the prompt was blocked.
    if (candidates.some((candidate) => typeof candidate["finishReason"] === "string")) return "end";
    if (jsonAt(json, "promptFeedback")?.["blockReason"]) return "end";
    // It also sends a finish reason after each use of a built-in tool, and continues. An empty text, sent with a signature, is no content.
    return candidates.some((candidate) => listAt(jsonAt(candidate, "content"), "parts").some(({ text }) => text !== ""))
      ? "more"
      : "noise";
  },
};
