/** What a careful user configures in a library that does not know HTTP, or requires a number. */
import { StatusError } from "../contender.ts";

/** Retries the same statuses as OpenAI's SDK, and all errors without a response. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof StatusError)) return true;
  return [408, 409, 429].includes(error.status) || error.status >= 500;
}

/** The concurrency limit: twice what the busiest scenario needs while the provider is healthy. */
export const concurrency = 100;
