/** Chooses the time limits of a request from the request itself. */
import { estimateTimeout, profiles, type Profile } from "@evenkeel/timeout";
import { edgesOf, estimateTokens, fileBytes } from "./edges-of.ts";
import { subscribes } from "./expects-data.ts";
import { isReplayable } from "./request.ts";
import { thinks } from "./thinks.ts";

/** Requests for a stream: the field of OpenAI and Anthropic, and the paths of Gemini, Vertex and Bedrock. */
const streamInBody = /"stream"\s*:\s*true/;
const streamInPath = /stream/i;

/** Tools that the provider runs before the model continues. */
const providerTool = /"type"\s*:\s*"(image_generation|code_(interpreter|execution)|mcp)/;

/**
 * Image generation, whose first preview may take a minute; DeepSeek, which keeps a call in its queue for up to ten minutes, sending
 * comments: https://api-docs.deepseek.com/quick_start/rate_limit; Ollama and LM Studio, which first load a model that has been idle, and
 * stop loading it if the caller leaves: https://github.com/ollama/ollama/pull/4638; and any model on the caller's own machine, which may
 * read a long prompt for minutes, and after a timeout starts over: https://github.com/ggml-org/llama.cpp/issues/22160
 */
const slowUrl =
  /\/images\/|^https?:\/\/(api\.deepseek\.com|(localhost|127\.0\.0\.1|\[::1\]|host\.docker\.internal)(:\d+)?|[^/]+:(11434|1234))\//;

/** The cheap tier of OpenAI, Gemini and Bedrock, for which a call may queue until there is room. */
const flexTier = /"service_?tier"\s*:\s*(\{\s*"type"\s*:\s*)?"flex"/i;

/** How long to wait for it, in ms, as OpenAI recommends: https://developers.openai.com/api/docs/guides/flex-processing */
const flexLimit = 900_000;

/** Tools, or their results; the end of a long schema shows only its properties. */
const tools = /"(tool\w*|function\w*|input_?schema|properties)"/i;

/** Transfers of any size: files that a provider stores for its user, and Ollama's models. */
const transferPath = /\/(content|results)(\?|$)|:download\b|\/api\/(pull|push|create)$/;

const outputLimit = /"(?:max_(?:completion_|output_|new_)?tokens|max(?:Output)?Tokens|num_predict)"\s*:\s*(\d+)/;

/** A subscription may say nothing for as long as nothing happens. */
const unlimited = { firstContent: Infinity, gap: Infinity, total: Infinity };

/** Upload speed in bytes per millisecond, at 1 Mbit/s: low on purpose. */
const uploadRate = 125;

/**
 * Returns the limits of a request whose caller chose none: `reasoning` where nothing may come for minutes, with as long to the first
 * content as SDKs allow an attempt; `streaming` for any other stream, otherwise `long`. They grow with a long prompt, with the tokens asked
 * for and, for an answer in one piece, with the files sent. A call of a cheap tier may wait for room. A transfer has no total limit, since
 * its duration is unknown: it fails only when it stalls. A subscription has a limit only for its headers.
 */
export function profileOf(url: string, init: RequestInit): Profile {
  const { body } = init;
  const { long, streaming, reasoning } = profiles;
  if (subscribes({ url, init })) return { ...streaming, headers: streaming.firstContent, ...unlimited };
  if (transferPath.test(url)) return { ...reasoning, total: Infinity };
  const settings = edgesOf(body);
  const outputTokens = Number(outputLimit.exec(settings)?.[1] ?? 0);
  if (flexTier.test(settings)) return lasting({ ...reasoning, firstContent: flexLimit }, outputTokens);
  const isSilent = thinks(url, settings) || providerTool.test(settings) || slowUrl.test(url);
  // Capped, because an image in the body makes far fewer tokens than its length suggests.
  const toRead = Math.min(long.firstContent, estimateTimeout({ inputTokens: estimateTokens(body) }));
  if (streamInBody.test(settings) || streamInPath.test(url.slice(url.lastIndexOf("/")))) {
    // A stream requested without a body continues an answer made in the background, by an unknown model.
    if (isSilent || !body) return lasting({ ...reasoning, firstContent: long.total }, outputTokens);
    // Many servers send a long argument of a tool call, such as a file to write, only once it is complete.
    const { gap } = tools.test(settings) ? reasoning : streaming;
    return lasting({ ...streaming, firstContent: Math.max(streaming.firstContent, toRead), gap }, outputTokens);
  }
  const upload = fileBytes(body) / uploadRate;
  // An attempt gets as long as SDKs allow one where nothing may come for minutes, or a stream of unknown size is sent.
  const least = isSilent || !isReplayable(body) ? long.total : long.firstContent;
  const firstContent = Math.max(least, estimateTimeout({ base: toRead, outputTokens })) + upload;
  const limits = isSilent ? reasoning : long;
  return { ...limits, firstContent, total: Math.max(limits.total + upload, firstContent) };
}

/** Extends the total limit for all the tokens asked for, because a stream that goes on is not to be cut. */
function lasting(limits: Profile, outputTokens: number): Profile {
  return { ...limits, total: Math.max(limits.total, estimateTimeout({ base: limits.firstContent, outputTokens })) };
}
