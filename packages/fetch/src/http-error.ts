/** A response that is a failure, as the layers see it. */
import { ResilienceError, type Verdict } from "@evenkeel/core";

/** Carries a failed response through the layers; what is handed back to the caller in the end is the response itself. */
export class HttpError extends ResilienceError {
  static override readonly brand: string = "@evenkeel/fetch:HttpError";
  override readonly name = "HttpError" as const;
  readonly code = "HTTP_ERROR" as const;
  readonly verdict: Verdict;
  readonly status: number;
  /** Not printed with the error: a log of it would show the URL, and with Gemini's the key, and the headers. */
  readonly #response: Response;

  /** Neither the message nor any event tells the body or the URL's path: keys and prompts may stand there. */
  constructor(response: Response, verdict: Verdict) {
    super(`HTTP ${response.status} (${verdict.kind})`);
    this.status = response.status;
    this.#response = response;
    this.verdict = verdict;
  }

  /** The response with its body, which nobody has read yet. */
  get response(): Response {
    return this.#response;
  }

  /** How long the upstream asks to be left alone, in milliseconds. */
  get retryAfter(): number | undefined {
    return this.verdict.retryAfter;
  }
}
