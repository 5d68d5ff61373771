/** Chooses the time limits of a request from the request itself. */
import { estimateTimeout, profiles, type Profile } from "@evenkeel/timeout";
import { edgesOf, tokensIn } from "./edges-of.ts";

/** Models and settings that think before they answer, and are silent for minutes. */
const thinks =
  /"(reasoning|reasoning_effort|thinking|thinkingConfig|thinking_config)"\s*:\s*(?!null|"none"|\{\s*"type"\s*:\s*"disabled")|"model"\s*:\s*"[^"]*(\bo[1-9]\b|gpt-5|reason|think|deepseek-r|\br1\b|qwq|magistral)/i;

/** Asks for a stream: OpenAI's and Anthropic's field, and the paths of Gemini, Vertex and Bedrock. */
const streams = /"stream"\s*:\s*true/;
const streamsByPath = /stream/i;

const outputLimit = /"(?:max_tokens|max_completion_tokens|max_output_tokens|maxOutputTokens|num_predict)"\s*:\s*(\d+)/;

/**
 * Returns the limits of a request whose caller named none: `reasoning` for models that think, `streaming` for a stream, otherwise
 * `long`, of which the limit to the answer grows with what is asked for.
 */
export function profileOf(url: string, { body }: RequestInit): Profile {
  const settings = edgesOf(body);
  if (thinks.test(settings)) return profiles.reasoning;
  if (streams.test(settings) || streamsByPath.test(url.slice(url.lastIndexOf("/")))) return profiles.streaming;
  const { long } = profiles;
  const outputTokens = Number(outputLimit.exec(settings)?.[1] ?? 0);
  const estimate = estimateTimeout({ inputTokens: tokensIn(body), outputTokens });
  const firstContent = Math.max(long.firstContent, estimate);
  return { ...long, firstContent, total: Math.max(long.total, firstContent) };
}
