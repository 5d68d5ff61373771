/** Finds how long the server asks to wait. The most reliable source decides. */
import { parseDuration, parseReset } from "./duration.ts";
import type { Facts } from "./facts.ts";
import { parseRateLimit } from "./parse-rate-limit.ts";
import { parseRetryAfter } from "./parse-retry-after.ts";

/** Returns the wait in whole ms, from the headers, the fields of the body, the message or the reset of an exhausted limit. */
export function retryHint(facts: Facts): number | undefined {
  const hint = fromHeaders(facts) ?? facts.wait ?? fromText(facts) ?? fromReset(facts) ?? Infinity;
  return hint < Infinity ? Math.round(hint) : undefined;
}

function fromHeaders({ now, headers }: Facts): number | undefined {
  return headers.map((each) => parseRetryAfter(each, { now })).find((wait) => wait !== undefined);
}

/** The last resort: a reset tells when a bucket is full, long after there is room again. Only a 429 is explained by an exhausted limit. */
function fromReset({ now, status, headers }: Facts): number | undefined {
  if (status !== 429) return undefined;
  const buckets = headers.flatMap((each) => Object.values(parseRateLimit(each, { now })));
  const resets = buckets.flatMap(({ remaining, reset }) => (remaining === 0 && reset !== undefined ? [reset] : []));
  return resets.toSorted((a, b) => b - a)[0];
}

function fromText({ now, text }: Facts): number | undefined {
  const [, wait] = /(?:try again|retry|resets?) (?:in|after) (\d.*)/is.exec(text) ?? [];
  if (wait) return parseDuration(wait);
  const [, day, time] = /access on (\d{4}-\d\d-\d\d) at (\d\d:\d\d) UTC/.exec(text) ?? [];
  return day ? parseReset(`${day}T${time}Z`, now) : undefined;
}
