/** Finds how long to wait, in the order in which the places are to be believed. */
import { parseDuration, parseReset } from "./duration.ts";
import type { Facts } from "./facts.ts";
import { parseRateLimit } from "./parse-rate-limit.ts";
import { parseRetryAfter } from "./parse-retry-after.ts";

/** Returns the wait in whole ms: from headers, from fields of the body, from the message, or from the reset of what is used up. */
export function retryHint(facts: Facts): number | undefined {
  const hint = asked(facts) ?? facts.wait ?? told(facts) ?? whenRefilled(facts) ?? Infinity;
  return hint < Infinity ? Math.round(hint) : undefined;
}

function asked({ now, headers }: Facts): number | undefined {
  return headers.map((each) => parseRetryAfter(each, { now })).find((wait) => wait !== undefined);
}

/** A reset tells when a bucket is full, long after there is room again, and explains no other failure than a limit's. */
function whenRefilled({ now, status, headers }: Facts): number | undefined {
  if (status !== 429) return undefined;
  const buckets = headers.flatMap((each) => Object.values(parseRateLimit(each, { now })));
  const resets = buckets.flatMap(({ remaining, reset }) => (remaining === 0 && reset !== undefined ? [reset] : []));
  return resets.toSorted((a, b) => b - a)[0];
}

function told({ now, text }: Facts): number | undefined {
  const start = /(?:try again|retry|resets?) (?:in|after) (?=\d)/i.exec(text);
  if (start) return parseDuration(text.slice(start.index + start[0].length));
  const { day, time } = /access on (?<day>\d{4}-\d\d-\d\d) at (?<time>\d\d:\d\d) UTC/.exec(text)?.groups ?? {};
  return day ? parseReset(`${day}T${time}Z`, now) : undefined;
}
