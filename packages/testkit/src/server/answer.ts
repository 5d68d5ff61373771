/** Good answers. */
import { apiOf, wantsStream, wantsUsage } from "./api.ts";
import type { Responder } from "./responder.ts";
import type { SeenRequest } from "./seen-request.ts";

/**
 * Answers every request with a text, in the form of the API that is asked, streamed where the request says so. The text may
 * depend on the request; a list gives the pieces of the stream.
 */
export function answer(
  text: string | readonly string[] | ((request: SeenRequest) => string | readonly string[]),
): Responder {
  return (request) => {
    const said = typeof text === "function" ? text(request) : text;
    return apiOf(request).answer(said, { stream: wantsStream(request), usage: wantsUsage(request) });
  };
}
