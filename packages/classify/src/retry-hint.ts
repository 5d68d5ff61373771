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
  const start = /(?:try again|retry|resets?) (?:in|after) (?=\d)/i.exec(text);
  if (start) return parseDuration(text.slice(start.index + start[0].length));
  const { day, time } = /access on (?<day>\d{4}-\d\d-\d\d) at (?<time>\d\d:\d\d) UTC/.exec(text)?.groups ?? {};
  return day ? parseReset(`${day}T${time}Z`, now) : undefined;
}
