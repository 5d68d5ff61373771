/** Parses the rate-limit headers of all providers into one format. */
import { parseDuration, parseReset } from "./duration.ts";
import { headerEntries, type HeadersLike } from "./header.ts";
import { serverTime } from "./http-date.ts";
import { nowOf } from "./now-of.ts";

/** What the headers say about one limit. */
export interface RateLimitBucket {
  /** How many units the limit allows per window. */
  readonly limit?: number;
  /** How many of them are left. */
  readonly remaining?: number;
  /** In how many ms, counted from the response, the limit resets. A bucket that refills steadily is full by then. */
  readonly reset?: number;
  /** The length of the window in ms, if the headers say it. */
  readonly window?: number;
}

/** The limits in a response. Of several limits of the same kind, the one with the smallest share left. */
export interface RateLimit {
  readonly requests?: RateLimitBucket;
  /** Input and output tokens together. Some providers report whichever is closer to its limit. */
  readonly tokens?: RateLimitBucket;
  readonly inputTokens?: RateLimitBucket;
  readonly outputTokens?: RateLimitBucket;
}

export interface ParseRateLimitOptions {
  /** The current time in ms since the epoch, for resets that are a point in time, in a response without a `Date` header. @default the system clock's */
  readonly now?: number | undefined;
}

type Bucket = { -readonly [Key in keyof RateLimitBucket]: RateLimitBucket[Key] };

/** Records one number. `name` determines the unit, `label` distinguishes the buckets of one unit. */
type Put = (name: string, label: string, field: keyof Bucket, value: number | undefined) => void;

/** What the one-letter parameters of the structured fields stand for. */
const parameterNames: Readonly<Record<string, keyof Bucket>> = { q: "limit", r: "remaining", t: "reset", w: "window" };

/** Occurs in the names of all headers about limits. A cheap test that excludes most other headers. */
const mayBeLimit = /limit|endpoint|priority/;

/** Returns the limits in the headers, or an empty object if there are none. Never throws. */
export function parseRateLimit(headers: HeadersLike, options?: ParseRateLimitOptions): RateLimit {
  const values = new Map(headerEntries(headers).filter(([name]) => mayBeLimit.test(name)));
  if (values.size === 0) return {};
  const now = serverTime(headers, nowOf(options));
  const units: Partial<Record<keyof RateLimit, Record<string, Bucket>>> = {};
  const put: Put = (name, label, field, value = NaN) => {
    if (value >= 0 && value < Infinity) ((units[unitOf(name)] ??= {})[label] ??= {})[field] = Math.round(value);
  };
  for (const [name, value] of values) putHeader(name, value, put, now);
  putStructured([values.get("ratelimit-policy"), values.get("ratelimit")].join(","), put);
  return Object.fromEntries(Object.entries(units).map(([unit, buckets]) => [unit, tightest(Object.values(buckets))]));
}

/** Reads a header with a single number. */
function putHeader(name: string, value: string, put: Put, now: number): void {
  const rest = /(?:(?:rate|token)limit(?:bysize)?|endpoint|-priority)-(.*)/.exec(name)?.[1] ?? "";
  const field = /limit|remaining|reset/.exec(rest)?.[0] as "limit" | "remaining" | "reset" | undefined;
  if (!field) return;
  const labels = name.match(/second|minute|hour|day|month|project|dynamic|cache|priority|bysize/g) ?? [];
  const label = labels.join();
  put(name, label, field, field === "reset" ? parseReset(value, now) : parseFloat(value));
  const [named] = /second|minute|hour|day|month/.exec(name) ?? [];
  const [, seconds] = /;\s*w=(\d+)/.exec(value) ?? [];
  put(name, label, "window", named ? parseDuration(`1 ${named}`) : Number(seconds) * 1e3);
}

/** Reads the structured `RateLimit-Policy` and `RateLimit` fields of the IETF drafts, from draft 7 on. Their times are in seconds. */
function putStructured(fields: string, put: Put): void {
  const units = new Map<string, string>();
  for (const item of partsOf(fields, /("(\\.|[^"\\])*"?|[^",])+/g)) {
    const parts = partsOf(item, /("(\\.|[^"\\])*"?|[^";])+/g);
    const label = parts.find((part) => part.startsWith('"')) ?? "";
    const unit = parts.find((part) => part.startsWith('qu="')) ?? units.get(label) ?? label;
    units.set(label, unit);
    // A limit on bytes is neither requests nor tokens.
    if (unit.includes("bytes")) continue;
    for (const part of parts) {
      const [, name = "limit", number] = /^(?:(limit|remaining|reset|[qrtw])=)?(\d+)$/.exec(part) ?? [];
      const field = parameterNames[name] ?? (name as "limit" | "remaining" | "reset");
      put(unit, label, field, Number(number) * (field === "reset" || field === "window" ? 1e3 : 1));
    }
  }
}

/** Splits into the matches of `part`, which include separators in quoted strings (RFC 9651, 3.3.3). */
function partsOf(text: string, part: RegExp): string[] {
  return (text.match(part) ?? []).map((each) => each.trim());
}

function unitOf(name: string): keyof RateLimit {
  if (!/token|bysize/.test(name)) return "requests";
  if (/input|prompt/.test(name)) return "inputTokens";
  return /output|generated/.test(name) ? "outputTokens" : "tokens";
}

function tightest(buckets: readonly Bucket[]): Bucket | undefined {
  return buckets.toSorted((a, b) => shareLeft(a) - shareLeft(b))[0];
}

/** How much of a bucket is left, from 0 to 1. An unknown share is 2, so that it sorts last. */
function shareLeft({ remaining, limit = remaining }: Bucket): number {
  return remaining === undefined ? 2 : remaining / (limit || 1);
}
