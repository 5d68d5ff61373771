/** Tells from a request whether the model will reason before it answers, and send nothing for minutes. */

/** The model is named in the body or, for Gemini, Bedrock and Azure, in the path. */
const modelInBody = /"model"\s*:\s*"([^"]*)/;
const modelInPath = /\/(?:models?|deployments)\/([^/?]*)/;

/**
 * Models that reason by default, and those whose names only look like it. Claude does since version 5, and shows nothing of it unless
 * asked to: https://platform.claude.com/docs/build-with-claude/thinking
 */
const reasoningModel =
  /claude-(?:[a-z]+-)?(?:[5-9]|latest)|\bmuse-|\bo[1-9]\b|gpt-(?:[5-9]|oss)|codex|reason|think|deep-research|deepseek-r|\br1\b|q[wv]q|magistral|grok-(?:[4-9]|3-mini)|gemini-(?:2\.5|[3-9]|\w+-latest)/i;
const plainModel = /non-|-chat|-lite/i;

/** Settings that turn reasoning on. A tool's schema may use such a name for a property, and a message for earlier reasoning. */
const turnsOn =
  /"reasoning_effort"\s*:\s*"|"(?:thinking|reasoning)(?:_?config)?"\s*:\s*\{[^{}]*"(?:enabled|adaptive|auto|effort|summary|\w+_tokens|thinking\w+|include\w+)"|"(?:enable_)?think(?:ing)?"\s*:\s*(?:true|"(?:low|medium|high)")/i;

/** Settings that turn reasoning off. */
const turnsOff =
  /"reasoning_effort"\s*:\s*"none"|"(?:thinking|reasoning)(?:_?config)?"\s*:\s*\{[^{}]*("disabled"|"enabled"\s*:\s*false|"effort"\s*:\s*"none"|budget"\s*:\s*0\b)|"(?:enable_)?think(?:ing)?"\s*:\s*false/i;

/** Tells whether a request makes a model reason. `settings` are the beginning and the end of its body. */
export function thinks(url: string, settings: string): boolean {
  if (turnsOff.test(settings)) return false;
  // Both are tested: a deployment may have any name, and the body may hold another field called "model", such as a tool's.
  const models = `${modelInPath.exec(url)?.[1]} ${modelInBody.exec(settings)?.[1]}`;
  return turnsOn.test(settings) || (reasoningModel.test(models) && !plainModel.test(models));
}
