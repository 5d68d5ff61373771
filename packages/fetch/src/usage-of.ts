/** Finds how many tokens an answer says it has cost, wherever its provider writes that. */

/** How an API writes its count. */
interface Count {
  /** Where the object with the count begins; the last one counts, for some stream a count with each event. */
  readonly from: RegExp;
  /** The numbers in it whose sum is the count, in any order, as far as they are there. */
  readonly fields: readonly string[];
  /** Where such numbers may stand that are said only once, at the beginning of a stream. */
  readonly begun?: RegExp;
  /** What must have been said for the count to be one: before, it has only begun. */
  readonly final?: RegExp;
}

/**
 * By JSON's rules the name of a field never ends in `\"`, and a quote inside of a text always does: what a user or a model writes of
 * tokens is not taken for a count.
 */
const counts: readonly Count[] = [
  // OpenAI, and all who write as it does: https://platform.openai.com/docs/api-reference/chat/object
  { from: /"usage"\s*:\s*\{/g, fields: ["total_tokens"] },
  // https://ai.google.dev/api/generate-content#UsageMetadata
  { from: /"usageMetadata"\s*:\s*\{/g, fields: ["totalTokenCount"] },
  // https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_TokenUsage.html
  { from: /"usage"\s*:\s*\{/g, fields: ["totalTokens"] },
  // What is read from the cache does not count: https://platform.claude.com/docs/en/api/rate-limits#cache-aware-itpm
  {
    from: /"usage"\s*:\s*\{/g,
    fields: ["input_tokens", "cache_creation_input_tokens", "output_tokens"],
    begun: /"message_start"/g,
    final: /"stop_reason"\s*:\s*"/,
  },
  // What the model has read and written; of an embedding only what is billed is told: https://docs.cohere.com/reference/chat
  { from: /"tokens"\s*:\s*\{/g, fields: ["input_tokens", "output_tokens"] },
  { from: /"billed_units"\s*:\s*\{/g, fields: ["input_tokens", "output_tokens"] },
  // https://docs.ollama.com/api/usage
  { from: /"total_duration"\s*:/g, fields: ["prompt_eval_count", "eval_count"] },
];

/** Returns the tokens that the provider has counted, or `undefined` where `text` tells of none. */
export function usageOf(text: string): number | undefined {
  for (const { from, fields, begun, final } of counts) {
    if (final && !final.test(text)) continue;
    const last = behindLast(text, from);
    const first = begun ? behindLast(text, begun) : "";
    const sum = fields.reduce((sum, field) => sum + (numberIn(last, field) ?? numberIn(first, field) ?? 0), 0);
    if (sum > 0) return sum; // no answer costs nothing: who says so does not count
  }
  return undefined;
}

function behindLast(text: string, mark: RegExp): string {
  const last = [...text.matchAll(mark)].at(-1);
  return last ? text.slice(last.index) : "";
}

function numberIn(text: string, field: string): number | undefined {
  const digits = new RegExp(`"${field}"\\s*:\\s*(\\d+)`).exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
