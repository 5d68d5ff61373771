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
  // Of several choices all but one have another index than 0.
  marks: /rror["\n\r]|\[DONE\]|_reason": ?"|x": ?[1-9]/,

  reader() {
    const open = new Set<unknown>();
    const finished = new Set<unknown>();
    const isWhole = (): boolean => finished.size > 0 && open.size === 0;

    return ({ data, json }) => {
      if (data === "[DONE]") return "end";
      const wasWhole = isWhole();
      let meaning: "content" | "noise" = "noise";
      for (const choice of list(json, "choices")) {
        const index = choice["index"] ?? 0; // some servers leave it out where there is but one, or where a chunk is empty
        const reason = choice["finish_reason"] || choice["stop_reason"]; // as Bedrock's DeepSeek and Mistral call it
        if (reason === "error") return reported(choice);
        if (hasContent(choice)) meaning = "content";
        if (!finished.has(index)) open.add(index);
        if (!reason) continue; // some servers send an empty one with each chunk
        open.delete(index);
        finished.add(index);
      }
      // Some servers send no [DONE]: then the answer is whole when every choice that was begun has its reason to finish.
      if (isWhole()) return "end";
      return wasWhole ? "more" : meaning;
    };
  },
};

function hasContent(choice: Json): boolean {
  if (typeof choice["text"] === "string") return choice["text"] !== "";
  const delta = choice["delta"] ?? choice["message"];
  return isJson(delta) && contentFields.some((field) => isSome(delta[field]));
}

/** Some servers send an empty text, or an empty list, with each chunk. */
function isSome(value: unknown): boolean {
  return value != null && (value as { length?: unknown }).length !== 0;
}
