/** Reads the rate-limit headers of every provider into one shape. */
import { systemClock } from "@evenkeel/core";
import { parseReset } from "./duration.ts";
import { headerEntries, type HeadersLike } from "./header.ts";

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

const windows: Readonly<Record<string, number>> = { second: 1e3, minute: 6e4, hour: 36e5, day: 864e5, month: 2592e6 };

/** Returns the limits that the headers tell of: an empty object where they tell of none. Never throws. */
export function parseRateLimit(
  headers: HeadersLike,
  { now = systemClock.now() }: ParseRateLimitOptions = {},
): RateLimit {
  /** By unit, then by what tells buckets of one unit apart. */
  const buckets: Partial<Record<keyof RateLimit, Record<string, Bucket>>> = {};

  function put(name: string, label: string, field: string, value = ""): void {
    const parsed = field === "reset" ? parseReset(value, now) : parseFloat(value);
    if (parsed === undefined || !(parsed >= 0)) return;
    const bucket = ((buckets[unitOf(name)] ??= {})[label] ??= {});
    bucket[field as keyof Bucket] = parsed;
  }

  for (const [name, value] of headerEntries(headers)) {
    if (/^ratelimit(-policy)?$/.test(name)) putStructured(value, put);
    const [, rest = ""] = /(?:ratelimit(?:bysize)?|tokenlimit|endpoint|-priority)-(.*)/.exec(name) ?? [];
    const field = /limit|remaining|reset/.exec(rest)?.[0];
    if (!field) continue;
    const label = (name.match(/second|minute|hour|day|month|project|dynamic|cache|priority|bysize/g) ?? []).join();
    put(name, label, field, value);
    const window = /second|minute|hour|day|month/.exec(rest)?.[0];
    put(name, label, "window", window ? String(windows[window]) : seconds(/;\s*w=(\d+)/.exec(value)?.[1]));
  }
  return Object.fromEntries(
    Object.entries(buckets).map(([unit, labelled]) => [unit, tightest(Object.values(labelled))]),
  );
}

/** The `RateLimit` and `RateLimit-Policy` fields of the IETF drafts, from the seventh on. */
function putStructured(value: string, put: (name: string, label: string, field: string, value?: string) => void): void {
  for (const item of value.split(",")) {
    const [head = "", ...parameters] = item.trim().split(/\s*;\s*/);
    const [, field, number] = /^(limit|remaining|reset)=(\d+)/.exec(head) ?? [];
    const label = head.startsWith('"') ? head : "";
    const unit = label + parameters.filter((parameter) => parameter.startsWith("qu=")).join();
    if (field) put("", "", field, number);
    else if (!label) put("", "", "limit", head);
    for (const parameter of parameters) {
      const [key = "", quantity] = parameter.split("=");
      if (key === "q") put(unit, label, "limit", quantity);
      if (key === "r") put(unit, label, "remaining", quantity);
      if (key === "t") put(unit, label, "reset", quantity);
      if (key === "w") put(unit, label, "window", seconds(quantity));
    }
  }
}

function seconds(value: string | undefined): string {
  return value === undefined ? "" : String(Number(value) * 1e3);
}

function unitOf(name: string): keyof RateLimit {
  if (!/token|bysize/.test(name)) return "requests";
  if (/input|prompt/.test(name)) return "inputTokens";
  return /output|generated/.test(name) ? "outputTokens" : "tokens";
}

function tightest(buckets: readonly Bucket[]): Bucket | undefined {
  return buckets.toSorted((a, b) => share(a) - share(b))[0];
}

/** How much of a bucket is left, from 0 to 1; what does not say is the last to be chosen. */
function share({ remaining = Infinity, limit = remaining || 1 }: Bucket): number {
  return remaining / (limit || 1);
}
