/** Reads the rate-limit headers of every provider into one shape. */
import { parseReset } from "./duration.ts";
import { headerEntries, type HeadersLike } from "./header.ts";
import { nowOf } from "./now-of.ts";

/** What is known of one limit. */
export interface RateLimitBucket {
  /** How many units a window has. */
  readonly limit?: number;
  /** How many of them are left. */
  readonly remaining?: number;
  /** In how many ms, from when the response came, the limit is whole again: for a bucket that refills steadily, full. */
  readonly reset?: number;
  /** The length of the window in ms, where the headers name it. */
  readonly window?: number;
}

/** The limits that a response tells of; of several of the same kind, the one nearest to its end. */
export interface RateLimit {
  readonly requests?: RateLimitBucket;
  /** Tokens of both directions, or of whichever is the tighter. */
  readonly tokens?: RateLimitBucket;
  readonly inputTokens?: RateLimitBucket;
  readonly outputTokens?: RateLimitBucket;
}

export interface ParseRateLimitOptions {
  /** The current time in ms since the epoch, for resets that name an instant. @default the system clock's */
  readonly now?: number | undefined;
}

type Bucket = { -readonly [Key in keyof RateLimitBucket]: RateLimitBucket[Key] };

/** Takes one number: `name` tells the unit, `label` tells buckets of one unit apart. */
type Put = (name: string, label: string, field: keyof Bucket, value: number | undefined) => void;

const windows: Readonly<Record<string, number>> = { second: 1e3, minute: 6e4, hour: 36e5, day: 864e5, month: 2592e6 };

/** The one-letter parameters of the structured fields. */
const parameters: Readonly<Record<string, keyof Bucket>> = { q: "limit", r: "remaining", t: "reset", w: "window" };

/** Part of the name of any header that tells of a limit: of most there is nothing more to ask. */
const mayTell = /limit|endpoint|priority/;

/** Returns the limits that the headers tell of: an empty object where they tell of none. Never throws. */
export function parseRateLimit(headers: HeadersLike, options?: ParseRateLimitOptions): RateLimit {
  const now = nowOf(options);
  const units: Partial<Record<keyof RateLimit, Record<string, Bucket>>> = {};
  const put: Put = (name, label, field, value = NaN) => {
    if (value >= 0 && value < Infinity) ((units[unitOf(name)] ??= {})[label] ??= {})[field] = Math.round(value);
  };
  const values = new Map(headerEntries(headers).filter(([name]) => mayTell.test(name)));
  for (const [name, value] of values) putHeader(name, value, put, now);
  putStructured([values.get("ratelimit-policy"), values.get("ratelimit")].join(","), put);
  return Object.fromEntries(Object.entries(units).map(([unit, buckets]) => [unit, tightest(Object.values(buckets))]));
}

/** The headers of one number each, by whatever name. */
function putHeader(name: string, value: string, put: Put, now: number): void {
  const rest = /(?:(?:rate|token)limit(?:bysize)?|endpoint|-priority)-(.*)/.exec(name)?.[1] ?? "";
  const field = /limit|remaining|reset/.exec(rest)?.[0] as "limit" | "remaining" | "reset" | undefined;
  if (!field) return;
  const labels = name.match(/second|minute|hour|day|month|project|dynamic|cache|priority|bysize/g) ?? [];
  const label = labels.join();
  put(name, label, field, field === "reset" ? parseReset(value, now) : parseFloat(value));
  const named = labels.map((each) => windows[each]).find(Boolean);
  put(name, label, "window", named ?? Number(/;\s*w=(\d+)/.exec(value)?.[1]) * 1e3);
}

/** The `RateLimit-Policy` and `RateLimit` fields of the IETF's drafts, from the seventh on. */
function putStructured(fields: string, put: Put): void {
  const units = new Map<string, string>();
  for (const item of partsOf(fields, /(?:"(?:\\.|[^"\\])*"?|[^",])+/g)) {
    const parts = partsOf(item, /(?:"(?:\\.|[^"\\])*"?|[^";])+/g);
    const label = parts.find((part) => part.startsWith('"')) ?? "";
    const unit = parts.find((part) => part.startsWith('qu="')) ?? units.get(label) ?? label;
    units.set(label, unit);
    // Bytes are neither requests nor tokens.
    if (unit.includes("bytes")) continue;
    for (const part of parts) {
      const [, name = "limit", number] = /^(?:(limit|remaining|reset|[qrtw])=)?(\d+)$/.exec(part) ?? [];
      const field = parameters[name] ?? (name as "limit" | "remaining" | "reset");
      put(unit, label, field, Number(number) * (field === "reset" || field === "window" ? 1e3 : 1));
    }
  }
}

/** Splits at what `part` leaves out: a separator between quotes is none (RFC 9651, 3.3.3). */
function partsOf(text: string, part: RegExp): string[] {
  return (text.match(part) ?? []).map((each) => each.trim());
}

function unitOf(name: string): keyof RateLimit {
  if (!/token|bysize/.test(name)) return "requests";
  if (/input|prompt/.test(name)) return "inputTokens";
  return /output|generated/.test(name) ? "outputTokens" : "tokens";
}

function tightest(buckets: readonly Bucket[]): Bucket | undefined {
  return buckets.toSorted((a, b) => share(a) - share(b))[0];
}

/** How much of a bucket is left, from 0 to 1; one that does not say so comes last. */
function share({ remaining, limit = remaining }: Bucket): number {
  return remaining === undefined ? 2 : remaining / (limit || 1);
}
