/** Chooses the time limits of a request from the request itself. */
import { estimateTimeout, profiles, type Profile } from "@evenkeel/timeout";
import { bytesIn, edgesOf, tokensIn } from "./edges-of.ts";
import { thinks } from "./thinks.ts";

/** Asks for a stream: OpenAI's and Anthropic's field, and the paths of Gemini, Vertex and Bedrock. */
const streams = /"stream"\s*:\s*true/;
const streamsByPath = /stream/i;

/** Tools that the provider runs before the model goes on. */
const runs = /"type"\s*:\s*"(image_generation|code_(interpreter|execution)|mcp)/;

/** Makes images, of which the first sketch may take a minute. */
const draws = /\/images\//;

/** Moves files of any size: those that a provider keeps for its user, and the models of Ollama. */
const moves = /\/(content|results)(\?|$)|:download\b|\/api\/(pull|push|create)$/;

const outputLimit = /"(?:max_(?:completion_|output_|new_)?tokens|max(?:Output)?Tokens|num_predict)"\s*:\s*(\d+)/;

/** Bytes of a file that are sent in a millisecond, at 1 Mbit/s: slow on purpose. */
const uploadRate = 125;

/**
 * Returns the limits of a request whose caller named none: `reasoning` for what is silent for minutes, `streaming` for any other
 * stream, otherwise `long`. The limit to the first content grows with a long prompt, and of an answer in one piece with what is sent and
 * asked for. How long it takes to move a file nobody knows: that is limited only where it stands still.
 */
export function profileOf(url: string, { body }: RequestInit): Profile {
  const { long, streaming, reasoning } = profiles;
  if (moves.test(url)) return { ...reasoning, total: Infinity };
  const settings = edgesOf(body);
  const isSilent = thinks(url, settings) || runs.test(settings) || draws.test(url);
  // Bounded, for an image in the body makes far fewer tokens than its length tells.
  const toRead = Math.min(long.firstContent, estimateTimeout({ inputTokens: tokensIn(body) }));
  if (streams.test(settings) || streamsByPath.test(url.slice(url.lastIndexOf("/")))) {
    // Without a question it is an answer that is made in the background, and nobody says by which model.
    if (isSilent || !body) return reasoning;
    return { ...streaming, firstContent: Math.max(streaming.firstContent, toRead) };
  }
  const outputTokens = Number(outputLimit.exec(settings)?.[1] ?? 0);
  const upload = bytesIn(body) / uploadRate;
  // What was thought comes with the answer: such an attempt may take as long as SDKs let one take.
  const least = isSilent ? long.total : long.firstContent;
  const firstContent = Math.max(least, estimateTimeout({ base: toRead, outputTokens })) + upload;
  const limits = isSilent ? reasoning : long;
  return { ...limits, firstContent, total: Math.max(limits.total + upload, firstContent) };
}
