/** Slows a key down before it runs dry, by what the provider says of its limits. */
import { parseRateLimit, type RateLimitBucket } from "@evenkeel/classify";
import { checkNumber, keyed, sleep, type Call, type Clock, type Next } from "@evenkeel/core";
import type { FetchLayer } from "./adapt.ts";
import { about, type PaceEvent, type RateLimitsEvent } from "./fetch-event.ts";
import { HttpError } from "./http-error.ts";
import { tokensIn } from "./edges-of.ts";
import type { FetchRequest } from "./request.ts";

export interface PaceOptions {
  /** Below which share of a limit calls are paced; 0 never paces. @default 0.1 */
  readonly below?: number | undefined;
  readonly clock: Clock;
}

/** How a limit that runs dry grows back. */
interface Growth {
  /** Milliseconds that one unit takes; 0 where there is plenty. */
  readonly perUnit: number;
  /** When the limit is whole again, and what was said of it has become untrue. */
  readonly until: number;
}

interface Pace {
  requests: Growth;
  tokens: Growth;
  /** When the next call may go. */
  nextAt: number;
}

/** In ms: a limit that is further away is the provider's to enforce. */
const longestWait = 10_000;

const plenty: Growth = { perUnit: 0, until: -Infinity };

/**
 * Spaces the calls of a key, once less than a tenth of a limit is left, at the rate at which that limit grows back: `reset` is the
 * time until it is whole again, so `reset / (limit - remaining)` a unit. A small call waits for its few tokens, not for the whole reset.
 * Tells the limits of every response as an event.
 */
export function pace({ below = 0.1, clock }: PaceOptions): FetchLayer {
  checkNumber("paceBelow", below, { max: 1 });
  const paces = keyed<Pace>({
    create: () => ({ requests: plenty, tokens: plenty, nextAt: 0 }),
    isIdle: ({ requests, tokens, nextAt }) => Math.max(requests.until, tokens.until, nextAt) <= clock.now(),
  });

  function waitOf(call: Call<FetchRequest>): number {
    const state = paces.peek(call.key);
    const now = clock.now();
    if (!state || now >= Math.max(state.requests.until, state.tokens.until)) return 0;
    const wait = Math.min(longestWait, Math.max(0, state.nextAt - now));
    if (now + wait >= call.deadline) return 0; // better to ask and be refused than not to ask
    const perRequest = now < state.requests.until ? state.requests.perUnit : 0;
    const perToken = now < state.tokens.until ? state.tokens.perUnit : 0;
    state.nextAt = now + wait + Math.max(perRequest, perToken * tokensIn(call.input.init.body));
    return wait;
  }

  function heed(call: Call<FetchRequest>, { headers }: Response): void {
    const now = clock.now();
    const limits = parseRateLimit(headers, { now });
    if (Object.keys(limits).length === 0) return;
    const state = paces.get(call.key);
    state.requests = growthOf([limits.requests], now);
    state.tokens = growthOf([limits.tokens, limits.inputTokens], now);
    call.emit?.({ type: "rate-limits", ...about(call), limits } as RateLimitsEvent);
  }

  /** Returns the slowest growth of what is running dry. */
  function growthOf(buckets: readonly (RateLimitBucket | undefined)[], now: number): Growth {
    return buckets.reduce<Growth>((slowest, { limit = 0, remaining = Infinity, reset = 0 } = {}) => {
      const perUnit = remaining < below * limit ? reset / (limit - remaining) : 0;
      return perUnit > slowest.perUnit ? { perUnit, until: now + reset } : slowest;
    }, plenty);
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
