/** Gemini's `streamGenerateContent`, also on Vertex. */
import { isJson, list, type Protocol } from "./protocol.ts";

export const gemini: Protocol = {
  matches: ({ json }) =>
    json !== undefined && ["candidates", "promptFeedback", "usageMetadata"].some((name) => name in json),
  marks: /rror["\n\r]|finishReason|blockReason/,

  reader:
    () =>
    ({ json }) => {
      const candidates = list(json, "candidates");
      // There is no terminator: the last chunk gives the reason why the answer, or the refusal to answer, ends here.
      if (candidates.some((candidate) => typeof candidate["finishReason"] === "string")) return "end";
      if (isJson(json?.["promptFeedback"]) && json["promptFeedback"]["blockReason"]) return "end";
      // It gives one behind a round of a tool of its own, too, and goes on. An empty text, as comes with a signature, is no more of it.
      return candidates.some(({ content }) => isJson(content) && list(content, "parts").some(({ text }) => text !== ""))
        ? "more"
        : "noise";
    },
};
