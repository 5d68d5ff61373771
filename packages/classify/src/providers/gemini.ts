/** Google's Gemini API: ai.google.dev/gemini-api/docs/troubleshooting; and Vertex AI: cloud.google.com/vertex-ai/generative-ai/docs/error-code-429. */
import { property } from "../property.ts";
import type { OutcomeOf, Provider, Row } from "../provider.ts";
import { badSample } from "../verdict-of.ts";

export const gemini: Provider<"gemini"> = {
  name: "gemini",
  host: /(^|\.)generativelanguage\.googleapis\.com$|(^|-)aiplatform(\.\w+\.rep)?\.googleapis\.com$/,
  codes: [
    // The value of a quota that this model or tier does not have.
    [/^0$/, { kind: "quota", hint: false }, 429],
  ],
  texts: [[/limit: 0\b/, { kind: "quota", hint: false }, 429]],
  event: unanswered,
};

const blocked = { kind: "content-filter", processed: "yes" } as const;
/** How an answer ends that is none. Another reason says nothing, or that the answer is good as far as it goes. */
const endings: readonly Row<OutcomeOf>[] = [
  [/^((IMAGE_)?(SAFETY|RECITATION|PROHIBITED_CONTENT)|BLOCKLIST|SPII)$/, blocked],
  // The model made what does not parse, a call that nobody offered, or not what was asked for.
  [/^(MALFORMED_FUNCTION_CALL|MALFORMED_RESPONSE|UNEXPECTED_TOOL_CALL|NO_IMAGE)$/, badSample],
];

/** An answer without an answer: the prompt or the candidate was blocked, or the sample is of no use. */
function unanswered(body: unknown): OutcomeOf | undefined {
  if (property(property(body, "promptFeedback"), "blockReason")) return blocked;
  const reason = String(property(property(property(body, "candidates"), 0), "finishReason"));
  return endings.find(([pattern]) => pattern.test(reason))?.[1];
}
