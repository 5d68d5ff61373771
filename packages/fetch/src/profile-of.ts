/** Chooses the time limits of a request from the request itself. */
import { estimateTimeout, profiles, type Profile } from "@evenkeel/timeout";
import { edgesOf, tokensIn } from "./edges-of.ts";

/** Where the model is named: in the body, or in the path, as for Gemini, Bedrock and Azure. */
const modelInBody = /"model"\s*:\s*"([^"]*)/;
const modelInPath = /\/(?:models?|deployments)\/([^/?]*)/;

/** Models that think before they answer without being told to, and are silent for minutes; and those whose names only look like it. */
const thinker =
  /\bo[1-9]\b|gpt-(?:[5-9]|oss)|codex|reason|think|deep-research|deepseek-r|\br1\b|q[wv]q|magistral|grok-(?:[4-9]|3-mini)|gemini-(?:2\.5|[3-9]|\w+-latest)/i;
const noThinker = /non-|-chat|-lite/i;

/** Settings that make a model think. In a tool's schema a property may have such a name, and in a message what was thought before. */
const thinks =
  /"reasoning_effort"\s*:\s*"|"(?:thinking|reasoning)(?:_?config)?"\s*:\s*\{[^{}]*"(?:enabled|adaptive|auto|effort|summary|\w+_tokens|thinking\w+|include\w+)"|"(?:enable_)?think(?:ing)?"\s*:\s*(?:true|"(?:low|medium|high)")/i;

/** Settings that keep it from thinking. */
const thinksNot =
  /"reasoning_effort"\s*:\s*"none"|"(?:thinking|reasoning)(?:_?config)?"\s*:\s*\{[^{}]*("disabled"|"enabled"\s*:\s*false|"effort"\s*:\s*"none"|budget"\s*:\s*0\b)|"(?:enable_)?think(?:ing)?"\s*:\s*false/i;

/** Asks for a stream: OpenAI's and Anthropic's field, and the paths of Gemini, Vertex and Bedrock. */
const streams = /"stream"\s*:\s*true/;
const streamsByPath = /stream/i;

const outputLimit = /"(?:max_(?:completion_|output_|new_)?tokens|max(?:Output)?Tokens|num_predict)"\s*:\s*(\d+)/;

/**
 * Returns the limits of a request whose caller named none: `reasoning` for models that think, `streaming` for a stream, otherwise
 * `long`. The limit to the first content grows with a long prompt, and of an answer in one piece with what is asked for.
 */
export function profileOf(url: string, { body }: RequestInit): Profile {
  const settings = edgesOf(body);
  const isReasoning = reasons(url, settings);
  const isStreamed = streams.test(settings) || streamsByPath.test(url.slice(url.lastIndexOf("/")));
  const { long, streaming, reasoning } = profiles;
  // Bounded, for an image in the body makes far fewer tokens than its length tells.
  const toRead = Math.min(long.firstContent, estimateTimeout({ inputTokens: tokensIn(body) }));
  if (isStreamed) {
    return isReasoning ? reasoning : { ...streaming, firstContent: Math.max(streaming.firstContent, toRead) };
  }
  const outputTokens = Number(outputLimit.exec(settings)?.[1] ?? 0);
  // What was thought comes with the answer: such an attempt may take as long as SDKs let one take.
  const least = isReasoning ? long.total : long.firstContent;
  const firstContent = Math.max(least, estimateTimeout({ base: toRead, outputTokens }));
  const profile = isReasoning ? reasoning : long;
  return { ...profile, firstContent, total: Math.max(profile.total, firstContent) };
}

function reasons(url: string, settings: string): boolean {
  if (thinksNot.test(settings)) return false;
  // Both: a deployment may have a name of its own, and what a tool was called with a field of that name.
  const models = `${modelInPath.exec(url)?.[1]} ${modelInBody.exec(settings)?.[1]}`;
  return thinks.test(settings) || (thinker.test(models) && !noThinker.test(models));
}
