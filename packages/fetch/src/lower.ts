/** Gives the caller what a plain `fetch` would have: the last real response, or an error that is thrown. */
import { ResilienceError } from "@evenkeel/core";
import { HttpError } from "./http-error.ts";
import { rebuild } from "./rebuild.ts";
import type { SdkCaller } from "./sdk-caller.ts";

/** How a refusal of a layer reaches the caller: as a response that stops an SDK's own retries, as a throw, or as fits the caller. */
export type Refusals = "auto" | "respond" | "throw";

/** The SDKs of OpenAI, Anthropic and others that share their generator obey it; to the others it is a header like any other. */
const shouldRetry = "x-should-retry";

/**
 * Returns the response that a failure stands for.
 * @throws The failure itself, where it is no response.
 */
export function lower(error: unknown, caller: SdkCaller, refusals: Refusals, hasRetried: boolean): Response {
  if (error instanceof HttpError) {
    const { response } = error;
    if (!hasRetried || !caller.obeysShouldRetry) return response;
    // We have retried, or found it vain: an SDK that did so too, be it on the provider's word, would multiply the requests.
    const headers = new Headers(response.headers);
    headers.set(shouldRetry, "false");
    return rebuild(response, response.body, { headers });
  }
  const isRefusal = error instanceof ResilienceError && error.verdict.kind === "refused";
  if (isRefusal && (refusals === "respond" || (refusals === "auto" && caller.obeysShouldRetry))) return refusal(error);
  throw error;
}

/** An SDK makes its own typed error of it, and does not call again. */
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
