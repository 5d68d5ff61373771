/** The error that carries a failed response through the layers. */
import { ResilienceError, type Verdict } from "@evenkeel/core";

/** Carries a failed response through the layers. The caller of a fetch never sees this error: it gets the response itself. */
export class HttpError extends ResilienceError {
  static override readonly brand: string = "@evenkeel/fetch:HttpError";
  override readonly name = "HttpError" as const;
  readonly code = "HTTP_ERROR" as const;
  readonly verdict: Verdict;
  readonly status: number;
  /** Private, so that logging the error does not print the headers or the URL, which for Gemini contains the API key. */
  readonly #response: Response;

  /** The message leaves out the body and the URL, which may contain keys and prompts. */
  constructor(response: Response, verdict: Verdict) {
    super(`HTTP ${response.status} (${verdict.kind})`);
    this.status = response.status;
    this.#response = response;
    this.verdict = verdict;
  }

  /** The response. Its body has not been read. */
  get response(): Response {
    return this.#response;
  }

  /** How long the upstream asks callers to wait, in milliseconds. */
  get retryAfter(): number | undefined {
    return this.verdict.retryAfter;
  }
}
