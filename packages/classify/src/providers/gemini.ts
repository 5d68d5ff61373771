/** Google's Gemini API: ai.google.dev/gemini-api/docs/troubleshooting; and Vertex AI: cloud.google.com/vertex-ai/generative-ai/docs/error-code-429. */
import { firstMatch } from "../first-match.ts";
import { property, text } from "../property.ts";
import type { OutcomeOf, Provider, Row } from "../provider.ts";
import { badSample } from "../verdict-of.ts";

export const gemini: Provider<"gemini"> = {
  name: "gemini",
  host: /(^|\.)generativelanguage\.googleapis\.com$|(^|-)aiplatform(\.\w+\.rep)?\.googleapis\.com$/,
  codes: [
    // The value of a quota that does not exist for this model or tier.
    [/^0$/, { kind: "quota", hint: false }, 429],
  ],
  texts: [[/limit: 0\b/, { kind: "quota", hint: false }, 429]],
  event: unusable,
};

const blocked = { kind: "content-filter", processed: "yes" } as const;
/** The finish reasons of unusable candidates. Any other reason is no failure, or ends an answer that is good as far as it goes. */
const finishReasons: readonly Row<OutcomeOf>[] = [
  [/^((IMAGE_)?(SAFETY|RECITATION|PROHIBITED_CONTENT)|BLOCKLIST|SPII)$/, blocked],
  // The model generated something unparsable, a call of a tool that was not offered, or no image.
  [/^(MALFORMED_FUNCTION_CALL|MALFORMED_RESPONSE|UNEXPECTED_TOOL_CALL|NO_IMAGE)$/, badSample],
];

/** Detects a 200 without an answer: the prompt or the candidate was blocked, or the candidate is unusable. */
function unusable(body: unknown): OutcomeOf | undefined {
  if (property(property(body, "promptFeedback"), "blockReason")) return blocked;
  const reason = text(property(property(property(body, "candidates"), 0), "finishReason"));
  return firstMatch(finishReasons, reason);
}
