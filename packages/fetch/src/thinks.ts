/** Tells from a request whether the model will think before it answers, and be silent for minutes. */

/** Where the model is named: in the body, or in the path, as for Gemini, Bedrock and Azure. */
const modelInBody = /"model"\s*:\s*"([^"]*)/;
const modelInPath = /\/(?:models?|deployments)\/([^/?]*)/;

/** Models that think before they answer without being told to, and are silent for minutes; and those whose names only look like it. */
const thinker =
  /\bo[1-9]\b|gpt-(?:[5-9]|oss)|codex|reason|think|deep-research|deepseek-r|\br1\b|q[wv]q|magistral|grok-(?:[4-9]|3-mini)|gemini-(?:2\.5|[3-9]|\w+-latest)/i;
const noThinker = /non-|-chat|-lite/i;

/** Settings that make a model think. In a tool's schema a property may have such a name, and in a message what was thought before. */
const on =
  /"reasoning_effort"\s*:\s*"|"(?:thinking|reasoning)(?:_?config)?"\s*:\s*\{[^{}]*"(?:enabled|adaptive|auto|effort|summary|\w+_tokens|thinking\w+|include\w+)"|"(?:enable_)?think(?:ing)?"\s*:\s*(?:true|"(?:low|medium|high)")/i;

/** Settings that keep it from thinking. */
const off =
  /"reasoning_effort"\s*:\s*"none"|"(?:thinking|reasoning)(?:_?config)?"\s*:\s*\{[^{}]*("disabled"|"enabled"\s*:\s*false|"effort"\s*:\s*"none"|budget"\s*:\s*0\b)|"(?:enable_)?think(?:ing)?"\s*:\s*false/i;

/** Whether a request, the beginning and the end of whose body are `settings`, makes a model think. */
export function thinks(url: string, settings: string): boolean {
  if (off.test(settings)) return false;
  // Both: a deployment may have a name of its own, and what a tool was called with a field of that name.
  const models = `${modelInPath.exec(url)?.[1]} ${modelInBody.exec(settings)?.[1]}`;
  return on.test(settings) || (thinker.test(models) && !noThinker.test(models));
}
