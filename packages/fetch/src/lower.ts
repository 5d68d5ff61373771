/** Turns the pipeline's failure back into what a plain `fetch` would give: the last real response, or a thrown error. */
import { ResilienceError } from "@evenkeel/core";
import { HttpError } from "./http-error.ts";
import type { SdkCaller } from "./sdk-caller.ts";

/** How a layer's refusal reaches the caller: as a response that stops an SDK's own retries, thrown, or whichever suits the caller. */
export type Refusals = "auto" | "respond" | "throw";

/** Obeyed by the SDKs of OpenAI, Anthropic and others from the same generator; ignored by all other clients. */
const shouldRetry = "x-should-retry";

/**
 * Returns the response in an `HttpError`, or an error response for a refusal if `refusals` asks for one.
 * @throws Any other error.
 */
export function lower(error: unknown, caller: SdkCaller, refusals: Refusals, hasRetried: boolean): Response {
  if (error instanceof HttpError) {
    const { response } = error;
    // We have retried already, or decided against it. The SDK's own retries, even if the provider's header asks for them, would multiply.
    if (hasRetried && caller.obeysShouldRetry) response.headers.set(shouldRetry, "false");
    return response;
  }
  const isRefusal = error instanceof ResilienceError && error.verdict.kind === "refused";
  if (isRefusal && (refusals === "respond" || (refusals === "auto" && caller.obeysShouldRetry))) return refusal(error);
  throw error;
}

/** Returns an error response for which an SDK throws its own typed error, without retrying. */
function refusal({ code, message, verdict }: ResilienceError): Response {
  const headers = new Headers({ "content-type": "application/json", [shouldRetry]: "false" });
  const { retryAfter = Infinity } = verdict;
  if (retryAfter < Infinity) {
    headers.set("retry-after-ms", String(Math.ceil(retryAfter)));
    headers.set("retry-after", String(Math.ceil(retryAfter / 1_000)));
  }
  const status = code === "RATE_LIMITED" ? 429 : 503;
  const error = { type: "evenkeel_refusal", code: code.toLowerCase(), message };
  return new Response(JSON.stringify({ type: "error", error }), { status, headers });
}
