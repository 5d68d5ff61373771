/** Chooses the time limits of a request from the request itself. */
import { estimateTimeout, profiles, type Profile } from "@evenkeel/timeout";

/** Models and settings that think before they answer, and are silent for minutes. */
const thinks =
  /"(reasoning|reasoning_effort|thinking|thinkingConfig|thinking_config)"\s*:\s*(?!null|"none"|\{\s*"type"\s*:\s*"disabled")|"model"\s*:\s*"[^"]*(\bo[1-9]\b|gpt-5|reason|think|deepseek-r|\br1\b|qwq|magistral)/i;

/** Asks for a stream: OpenAI's and Anthropic's field, and the paths of Gemini, Vertex and Bedrock. */
const streams = /"stream"\s*:\s*true/;
const streamsByPath = /stream/i;

const outputLimit = /"(?:max_tokens|max_completion_tokens|max_output_tokens|maxOutputTokens|num_predict)"\s*:\s*(\d+)/;

/** Settings stand before or behind the prompt, which may be long: only so many characters at either end are looked into. */
const edge = 2_048;

/** About four characters make a token of English. */
const charactersPerToken = 4;

/**
 * Returns the limits of a request whose caller named none: `reasoning` for models that think, `streaming` for a stream, otherwise
 * `long`, of which the limit to the answer grows with what is asked for. What is no string is not looked into.
 */
export function profileOf(url: string, body: unknown): Profile {
  const text = typeof body === "string" ? body : "";
  const settings = text.length > 2 * edge ? text.slice(0, edge) + text.slice(-edge) : text;
  if (thinks.test(settings)) return profiles.reasoning;
  if (streams.test(settings) || streamsByPath.test(url.slice(url.lastIndexOf("/")))) return profiles.streaming;
  const { long } = profiles;
  const outputTokens = Number(outputLimit.exec(settings)?.[1] ?? 0);
  const estimate = estimateTimeout({ inputTokens: text.length / charactersPerToken, outputTokens });
  const firstContent = Math.max(long.firstContent, estimate);
  return { ...long, firstContent, total: Math.max(long.total, firstContent) };
}
