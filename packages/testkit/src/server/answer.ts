/** Successful answers. */
import { apiOf, wantsStream, wantsUsage } from "./api.ts";
import type { Responder } from "./responder.ts";
import type { SeenRequest } from "./seen-request.ts";

/**
 * Answers every request with a text, in the format of the requested API, and streamed if the request asks for that. The text can
 * depend on the request. A list sets the pieces of the stream.
 */
export function answer(
  text: string | readonly string[] | ((request: SeenRequest) => string | readonly string[]),
): Responder {
  return (request) => {
    const content = typeof text === "function" ? text(request) : text;
    return apiOf(request).answer(content, { stream: wantsStream(request), usage: wantsUsage(request) });
  };
}
