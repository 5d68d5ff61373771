/** Google's Gemini API: ai.google.dev/gemini-api/docs/troubleshooting; and Vertex AI: cloud.google.com/vertex-ai/generative-ai/docs/error-code-429. */
import { property } from "../property.ts";
import type { OutcomeOf, Provider } from "../provider.ts";

export const gemini: Provider<"gemini"> = {
  name: "gemini",
  host: /(^|\.)generativelanguage\.googleapis\.com$|(^|-)aiplatform\.googleapis\.com$/,
  codes: [
    // The value of a quota that this model or tier does not have.
    [/^0$/, { kind: "quota", hint: false }, 429],
  ],
  texts: [[/limit: 0\b/, { kind: "quota", hint: false }, 429]],
  event: blocked,
};

/** An answer without an answer: the prompt or the candidate was blocked, or the model made a call that does not parse. */
function blocked(body: unknown): OutcomeOf | undefined {
  const reason = property(property(property(body, "candidates"), 0), "finishReason");
  if (reason === "MALFORMED_FUNCTION_CALL") return { kind: "malformed", processed: "yes", health: "neutral" };
  const isBlocked = /^(SAFETY|RECITATION|PROHIBITED_CONTENT|BLOCKLIST|SPII)$/.test(String(reason));
  if (!isBlocked && !property(property(body, "promptFeedback"), "blockReason")) return undefined;
  return { kind: "content-filter", processed: "yes" };
}
