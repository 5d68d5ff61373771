/** What a careful user tells a library that knows nothing of HTTP, or wants a number. */
import { StatusError } from "../contender.ts";

/** The statuses that OpenAI's SDK retries, and whatever is no answer. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof StatusError)) return true;
  return [408, 409, 429].includes(error.status) || error.status >= 500;
}

/** How many calls may be under way: twice what the busiest scenario needs while all is well. */
export const concurrency = 100;
