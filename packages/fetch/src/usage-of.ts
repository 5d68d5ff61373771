/** Finds the token count in the text of an answer. */

/** How an API writes its token count. */
interface Count {
  /** Where the object with the count begins. The last match is used, because some streams have a count in each event. */
  readonly from: RegExp;
  /** The fields whose sum is the count. Any of them may be absent. */
  readonly fields: readonly string[];
  /** Where to find the fields that a stream sends only once, at its beginning. */
  readonly begun?: RegExp;
  /** Must match for the count to be complete. */
  readonly final?: RegExp;
}

/**
 * What a user or a model writes about tokens hardly ever matches: in a JSON string every quote is written `\"`, so `usage"` cannot occur.
 * The arguments of a tool, which some APIs write as an object, can contain it, but the count comes after them.
 */
const counts: readonly Count[] = [
  // OpenAI and compatible APIs: https://platform.openai.com/docs/api-reference/chat/object
  { from: /"usage"\s*:\s*\{/g, fields: ["total_tokens"] },
  // https://ai.google.dev/api/generate-content#UsageMetadata
  { from: /"usageMetadata"\s*:\s*\{/g, fields: ["totalTokenCount"] },
  // https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_TokenUsage.html
  { from: /"usage"\s*:\s*\{/g, fields: ["totalTokens"] },
  // Tokens read from the cache do not count: https://platform.claude.com/docs/en/api/rate-limits#cache-aware-itpm
  {
    from: /"usage"\s*:\s*\{/g,
    fields: ["input_tokens", "cache_creation_input_tokens", "output_tokens"],
    begun: /"message_start"/g,
    final: /"stop_reason"\s*:\s*"/,
  },
  // All tokens processed. For an embedding only the billed ones are reported: https://docs.cohere.com/reference/chat
  { from: /"tokens"\s*:\s*\{/g, fields: ["input_tokens", "output_tokens"] },
  { from: /"billed_units"\s*:\s*\{/g, fields: ["input_tokens", "output_tokens"] },
  // https://docs.ollama.com/api/usage
  { from: /"total_duration"\s*:/g, fields: ["prompt_eval_count", "eval_count"] },
];

/** Returns the provider's token count, or `undefined` if `text` contains none. Of several it is the one that begins last. */
export function usageOf(text: string): number | undefined {
  let usage: number | undefined;
  let shortest = Infinity;
  for (const { from, fields, begun, final } of counts) {
    const last = fromLast(text, from);
    if (last === "" || last.length >= shortest || (final && !final.test(text))) continue;
    const first = begun ? fromLast(text, begun) : "";
    const sum = fields.reduce((sum, field) => sum + (numberIn(last, field) ?? numberIn(first, field) ?? 0), 0);
    if (sum === 0) continue; // no answer costs nothing, so a 0 is not a count
    usage = sum;
    shortest = last.length;
  }
  return usage;
}

/** Returns the text from the last match of `mark` on. */
function fromLast(text: string, mark: RegExp): string {
  const last = [...text.matchAll(mark)].at(-1);
  return last ? text.slice(last.index) : "";
}

/** A longer number is no count, and would empty a bucket for years. */
function numberIn(text: string, field: string): number | undefined {
  const digits = new RegExp(`"${field}"\\s*:\\s*(\\d{1,8})\\b`).exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
