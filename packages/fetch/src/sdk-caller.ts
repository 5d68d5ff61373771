/** Recognises an SDK by the headers that it sends. */

/** What is known about the caller of `fetch`. */
export interface SdkCaller {
  /** Whether it stops retrying at a response with `x-should-retry: false`. */
  readonly obeysShouldRetry: boolean;
  /** How many retries of this request it has made itself; 0 if it does not say. */
  readonly retries: number;
  /** Its own time limit, in milliseconds; `Infinity` if it does not say. */
  readonly limit: number;
}

/** Reads the headers in which an SDK describes itself. */
export function sdkCaller(init: HeadersInit | undefined): SdkCaller {
  const headers = init instanceof Headers ? init : new Headers(init);
  const stainless = headers.get("x-stainless-retry-count");
  const attempt = /attempt=(\d+)/.exec(headers.get("amz-sdk-request") ?? "")?.[1];
  return {
    obeysShouldRetry: stainless !== null,
    retries: Number(stainless ?? Number(attempt) - 1) || 0,
    limit: Number(headers.get("x-stainless-timeout")) * 1_000 || Infinity,
  };
}
