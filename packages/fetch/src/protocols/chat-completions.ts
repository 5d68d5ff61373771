/** OpenAI's chat completions, which most providers speak. */
import { isJson, list, reported, type Json, type Protocol } from "./protocol.ts";

/** The fields of a delta that hold content; a role alone is none. */
const contentFields = [
  "content",
  "reasoning_content",
  "reasoning",
  "refusal",
  "tool_calls",
  "function_call",
  "audio",
  "images",
];

export const chatCompletions: Protocol = {
  matches: ({ data, json }) => data === "[DONE]" || Array.isArray(json?.["choices"]),
  // Of several choices one has the index 1.
  marks: /rror"|\[DONE\]|_reason": ?"|x": ?1/,

  reader() {
    const open = new Set<unknown>();
    let finished = false;

    return ({ data, json }) => {
      if (data === "[DONE]") return "end";
      if (json?.["error"]) return reported(json);
      let meaning: "content" | "noise" = "noise";
      for (const choice of list(json, "choices")) {
        open.add(choice["index"]);
        if (hasContent(choice)) meaning = "content";
        if (!choice["finish_reason"]) continue; // some servers send an empty one with each chunk
        open.delete(choice["index"]);
        finished = true;
      }
      // Some servers send no [DONE]: then the answer is whole when every choice that was begun has its reason to finish.
      return finished && open.size === 0 ? "end" : meaning;
    };
  },
};

function hasContent(choice: Json): boolean {
  if (typeof choice["text"] === "string") return choice["text"] !== "";
  const delta = choice["delta"] ?? choice["message"];
  return isJson(delta) && contentFields.some((field) => delta[field] != null && delta[field] !== "");
}
