/** OpenAI's chat completions, which most providers offer. */
import { isFailedEnd, jsonAt, listAt, reportedError, type Choices, type Json, type Protocol } from "./protocol.ts";

/** The fields of a delta that hold content. A role alone is not content. */
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
  matches: ({ json }) => Array.isArray(json?.["choices"]),
  // With several choices, all but one have an index other than 0.
  marks: /rror["\n\r]|\[DONE\]|_reason": ?"|index": ?[1-9]/,

  meaningOf({ data, json }, choices) {
    if (data === "[DONE]") return "end";
    const { open, finished } = choices;
    const wasComplete = isComplete(choices);
    let meaning: "content" | "noise" = "noise";
    for (const choice of listAt(json, "choices")) {
      const index = choice["index"] ?? 0; // some servers omit it if there is only one choice, or in an empty chunk
      const reason = choice["finish_reason"] || choice["stop_reason"]; // the latter from DeepSeek and Mistral on Bedrock
      if (isFailedEnd(reason)) return reportedError(choice);
      if (hasContent(choice)) meaning = "content";
      // Beside another choice there is a first one, too, which may have begun unnoticed: its chunks have no mark.
      if (typeof index === "number" && index > 0 && !finished.has(0)) open.add(0);
      if (!finished.has(index)) open.add(index);
      if (!reason) continue; // some servers send an empty one with each chunk
      open.delete(index);
      finished.add(index);
    }
    // Some servers send no [DONE]: then the answer is complete once every choice that has begun has its finish reason.
    if (isComplete(choices)) return "end";
    return wasComplete ? "more" : meaning;
  },
};

function isComplete({ open, finished }: Choices): boolean {
  return finished.size > 0 && open.size === 0;
}

function hasContent(choice: Json): boolean {
  if (typeof choice["text"] === "string") return choice["text"] !== "";
  const delta = jsonAt(choice, "delta") ?? jsonAt(choice, "message");
  return contentFields.some((field) => isNonEmpty(delta?.[field]));
}

/** Some servers send an empty string or list with each chunk. */
function isNonEmpty(value: unknown): boolean {
  return value != null && (value as { length?: unknown }).length !== 0;
}
