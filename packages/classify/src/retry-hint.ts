/** Finds how long to wait, in the order in which the places are to be believed. */
import { parseDuration } from "./duration.ts";
import type { Facts } from "./facts.ts";
import { parseRateLimit } from "./parse-rate-limit.ts";
import { parseRetryAfter } from "./parse-retry-after.ts";

/** Returns the wait in ms: from headers, from fields of the body, from the reset of a bucket that is empty, from the message. */
export function retryHint({ headers, wait, text }: Facts, now: number): number | undefined {
  for (const each of headers) {
    const hint = parseRetryAfter(each, { now });
    if (hint !== undefined) return hint;
  }
  if (wait !== undefined) return wait;
  for (const each of headers) {
    const resets = Object.values(parseRateLimit(each, { now })).flatMap(({ remaining, reset }) =>
      remaining === 0 && reset !== undefined ? [reset] : [],
    );
    if (resets.length > 0) return Math.max(...resets);
  }
  const told = /(?:try again|retry|resets?|wait)\s(?:in |after )+(?=\d)/i.exec(text);
  if (told) return parseDuration(text.slice(told.index + told[0].length));
  const [, day, time] = /access on (\d{4}-\d\d-\d\d) at (\d\d:\d\d) UTC/.exec(text) ?? [];
  return day ? Math.max(0, new Date(`${day}T${time}Z`).getTime() - now) || undefined : undefined;
}
