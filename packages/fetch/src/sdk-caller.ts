/** Recognises an SDK by the headers that it sends. */

/** What is known of who called fetch. */
export interface SdkCaller {
  /** Whether it stops its own retries at a response that says `x-should-retry: false`. */
  readonly obeysShouldRetry: boolean;
  /** How many retries of its own it has made of this request; 0 where it does not say. */
  readonly retries: number;
  /** Its own time limit in milliseconds; `Infinity` where it does not say. */
  readonly limit: number;
}

/** Reads the headers of a request. */
export function sdkCaller(init: HeadersInit | undefined): SdkCaller {
  const headers = init instanceof Headers ? init : new Headers(init);
  const stainless = headers.get("x-stainless-retry-count");
  const [, attempt = 1] = /attempt=(\d+)/.exec(headers.get("amz-sdk-request") ?? "") ?? [];
  return {
    obeysShouldRetry: stainless !== null,
    retries: Number(stainless ?? Number(attempt) - 1) || 0,
    limit: Number(headers.get("x-stainless-timeout")) * 1_000 || Infinity,
  };
}
