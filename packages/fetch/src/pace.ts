/** Slows a key down before it runs dry, by what the provider says of its limits. */
import { parseRateLimit, type RateLimit, type RateLimitBucket } from "@evenkeel/classify";
import { checkNumber, keyed, sleep, type Call, type Clock, type Next } from "@evenkeel/core";
import type { FetchLayer } from "./adapt.ts";
import { about, type PaceEvent, type RateLimitsEvent } from "./fetch-event.ts";
import { HttpError } from "./http-error.ts";
import { tokensIn } from "./edges-of.ts";
import type { FetchRequest } from "./request.ts";

export interface PaceOptions {
  /** Below which share of a limit calls are paced; 0 never paces. @default 0.1 */
  readonly below?: number | undefined;
  /** The longest wait, in ms: a limit that is further away is the provider's to enforce. @default 10_000 */
  readonly maxWait?: number | undefined;
  readonly clock: Clock;
}

/** Milliseconds that one request, and one token, take to grow back; 0 where there is plenty. */
interface Pace {
  perRequest: number;
  perToken: number;
  /** When what was said of the limits has become untrue. */
  until: number;
  /** When the next call may go. */
  nextAt: number;
}

/**
 * Spaces the calls of a key, once less than a tenth of a limit is left, at the rate at which that limit grows back: `reset` is the
 * time until it is whole again, so `reset / (limit - remaining)` a unit. A small call waits for its few tokens, not for the whole reset.
 * Tells the limits of every response as an event.
 */
export function pace({ below = 0.1, maxWait = 10_000, clock }: PaceOptions): FetchLayer {
  checkNumber("pace.below", below, { max: 1 });
  checkNumber("pace.maxWait", maxWait);
  const paces = keyed<Pace>({
    create: () => ({ perRequest: 0, perToken: 0, until: 0, nextAt: 0 }),
    isIdle: ({ until, nextAt }) => Math.max(until, nextAt) <= clock.now(),
  });

  function waitOf(call: Call<FetchRequest>): number {
    const state = paces.peek(call.key);
    const now = clock.now();
    if (!state || now >= state.until) return 0;
    const wait = Math.min(maxWait, Math.max(0, state.nextAt - now));
    if (now + wait >= call.deadline) return 0; // better to ask and be refused than not to ask
    const slot = Math.max(state.perRequest, state.perToken * tokensIn(call.input.init.body));
    state.nextAt = now + wait + slot;
    return wait;
  }

  function heed(call: Call<FetchRequest>, { headers }: Response): void {
    const now = clock.now();
    const limits = parseRateLimit(headers, { now });
    const buckets = Object.values(limits) as RateLimitBucket[];
    if (buckets.length === 0) return;
    const state = paces.get(call.key);
    state.perRequest = growth(limits, ["requests"]);
    state.perToken = growth(limits, ["tokens", "inputTokens"]);
    state.until = now + Math.max(...buckets.map(({ reset = 0 }) => reset));
    call.emit?.({ type: "rate-limits", ...about(call), limits } as RateLimitsEvent);
  }

  function growth(limits: RateLimit, units: readonly (keyof RateLimit)[]): number {
    const slowest = units.map((unit) => {
      const { limit = 0, remaining = Infinity, reset = 0 } = limits[unit] ?? {};
      return remaining < below * limit ? reset / (limit - remaining) : 0;
    });
    return Math.max(...slowest);
  }

  async function wait(ms: number, call: Call<FetchRequest>, next: Next<FetchRequest, Response>): Promise<Response> {
    call.emit?.({ type: "pace", ...about(call), wait: ms } as PaceEvent);
    await sleep(clock, ms, call.signal);
    return next(call);
  }

  return function pace(call, next) {
    const ms = waitOf(call);
    return (ms > 0 ? wait(ms, call, next) : next(call)).then(
      (response) => {
        heed(call, response);
        return response;
      },
      (error: unknown) => {
        if (error instanceof HttpError) heed(call, error.response);
        throw error;
      },
    );
  };
}
