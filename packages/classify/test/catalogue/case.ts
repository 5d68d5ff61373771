/** What providers answer, and what is to be made of it: the tests and the page in the documentation are made from it. */
import type { Action, Health, Kind, Processed } from "@evenkeel/core";
import type { ProviderName } from "../../src/index.ts";

/** One documented answer. */
export interface Case {
  /** The answer in short, as a reader would look for it. */
  readonly answer: string;
  /** The HTTP status; left out for an event inside a stream. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** The body, or the event: text as it is, anything else as JSON. */
  readonly body?: unknown;
  readonly verdict: readonly [action: Action, kind: Kind, processed: Processed, health: Health];
  /** In ms. */
  readonly retryAfter?: number;
  /** Why that is so. */
  readonly why: string;
}

export interface Catalogue {
  readonly title: string;
  /** The provider's name; left out for what is true of all. */
  readonly provider?: ProviderName;
  /** An endpoint, by which the provider is known. */
  readonly url: string;
  readonly cases: readonly Case[];
}

/** The time of every test, for hints that name an instant. */
export const now: number = Date.UTC(2026, 8, 30);

// The verdicts that most answers get.
export const limited = ["retry", "rate-limit", "no", "neutral"] as const;
export const spent = ["elsewhere", "billing", "no", "neutral"] as const;
export const periodSpent = ["elsewhere", "quota", "no", "neutral"] as const;
export const overloaded = ["retry", "overloaded", "no", "failure"] as const;
export const broken = ["retry", "server", "maybe", "failure"] as const;
export const timedOut = ["retry", "timeout", "maybe", "failure"] as const;
export const badKey = ["elsewhere", "auth", "no", "neutral"] as const;
export const forbidden = ["elsewhere", "permission", "no", "neutral"] as const;
export const absent = ["elsewhere", "not-found", "no", "neutral"] as const;
export const wrongRegion = ["elsewhere", "region", "no", "neutral"] as const;
export const tooLong = ["change", "context-length", "no", "neutral"] as const;
export const tooLarge = ["change", "too-large", "no", "neutral"] as const;
export const filtered = ["stop", "content-filter", "no", "neutral"] as const;
export const invalid = ["stop", "invalid-request", "no", "neutral"] as const;
export const conflict = ["retry", "conflict", "no", "neutral"] as const;
export const closed = ["retry", "cancelled", "maybe", "neutral"] as const;
export const blocked = ["elsewhere", "proxy", "no", "neutral"] as const;
export const badSample = ["retry", "malformed", "yes", "neutral"] as const;
export const success = ["accept", "unknown", "yes", "success"] as const;
