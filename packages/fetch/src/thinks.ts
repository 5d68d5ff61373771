/** Tells from a request whether the model will reason before it answers, and send nothing for minutes. */

/** The model is named in the body (or the first of several) or, for Gemini, Bedrock and Azure, in the path. */
const modelInBody = /"models?"\s*:\s*\[?\s*"([^"]*)/;
const modelInPath = /\/(?:models?|deployments)\/([^/?]*)/;

/** A stored prompt or an agent, whose model is not in the request. */
const hiddenModel = /"prompt"\s*:\s*\{|"(agent\w*|assistant_id)"\s*:/;

/**
 * Models that reason by default, or that may choose one that does, and those whose names only look like it. Claude does since version 5,
 * and shows nothing of it unless asked to: https://platform.claude.com/docs/build-with-claude/thinking
 */
const reasoningModel =
  /claude-([a-z]+-)?([5-9]|latest)|\bmuse-|router\b|\bo[1-9]\b|gpt-([5-9]|oss)|codex|reason|think|deep-research|deepseek-r|\br1\b|q[wv]q|magistral|grok-([4-9]|3-mini)|gemini-(2\.5|[3-9]|\w+-latest)/i;
const plainModel = /non-|-chat|-lite/i;

/** Settings that turn reasoning on. A tool's schema may use such a name for a property, and a message for earlier reasoning. */
const turnsOn =
  /"reasoning_effort"\s*:\s*"|"(thinking|reasoning)(_?config)?"\s*:\s*\{[^{}]*"(enabled|adaptive|auto|effort|summary|\w+_tokens|thinking\w+|include\w+)"|"(enable_)?think(ing)?"\s*:\s*(true|"(low|medium|high)")/i;

/** Settings that turn reasoning off. */
const turnsOff =
  /"reasoning_effort"\s*:\s*"none"|"(thinking|reasoning)(_?config)?"\s*:\s*\{[^{}]*("disabled"|"enabled"\s*:\s*false|"effort"\s*:\s*"none"|budget"\s*:\s*0\b)|"(enable_)?think(ing)?"\s*:\s*false/i;

/** Tells whether a request makes a model reason, or may do so. `settings` are the beginning and the end of its body. */
export function thinks(url: string, settings: string): boolean {
  if (turnsOff.test(settings)) return false;
  const named = modelInBody.exec(settings)?.[1];
  const isHidden = named === undefined && hiddenModel.test(settings);
  // Both are tested: a deployment may have any name, and the body may hold another field called "model", such as a tool's.
  const models = `${modelInPath.exec(url)?.[1]} ${named}`;
  return turnsOn.test(settings) || isHidden || (reasoningModel.test(models) && !plainModel.test(models));
}
