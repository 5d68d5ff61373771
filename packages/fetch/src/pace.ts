/** Spaces out the calls of a key before its rate limit is used up, by the provider's rate-limit headers. */
import { parseRateLimit, type RateLimitBucket } from "@evenkeel/classify";
import { about, checkNumber, keyed, sleep, type Call, type Clock, type Next } from "@evenkeel/core";
import type { FetchLayer } from "./adapt.ts";
import { estimateTokens } from "./edges-of.ts";
import type { PaceEvent, RateLimitsEvent } from "./fetch-event.ts";
import { HttpError } from "./http-error.ts";
import type { FetchRequest } from "./request.ts";

export interface PaceOptions {
  /** The share of a limit below which calls are spaced out; 0 turns this off. @default 0.1 */
  readonly below?: number | undefined;
  readonly clock: Clock;
}

/** How a limit that is nearly used up refills. */
interface Refill {
  /** Milliseconds for one unit; 0 if enough is left. */
  readonly msPerUnit: number;
  /** Clock time, in ms, at which the limit is full again and this no longer applies. */
  readonly fullAt: number;
}

interface Pace {
  requests: Refill;
  tokens: Refill;
  /** Clock time, in ms, at which the next call may be sent. */
  nextAt: number;
  /** Clock time, in ms, at which the call was sent whose answer told all this. */
  toldBy: number;
}

/** In ms. Anything longer is left to the provider to enforce. */
const longestWait = 10_000;

/** For how long a response is believed, in ms, so that a wrong header does not slow a key down for good. */
const longestReset = 3_600_000;

const enoughLeft: Refill = { msPerUnit: 0, fullAt: -Infinity };

/**
 * Returns a layer that, once less than a tenth of a limit is left, spaces out a key's calls at the rate at which the limit refills. A
 * header's `reset` is the time until the limit is full, so a unit takes `reset / (limit - remaining)`: a small call waits for its few
 * tokens rather than for the whole reset. Emits the limits of every response that has any.
 */
export function pace({ below = 0.1, clock }: PaceOptions): FetchLayer {
  checkNumber("paceBelow", below, { max: 1 });
  const paces = keyed<Pace>({
    create: () => ({ requests: enoughLeft, tokens: enoughLeft, nextAt: 0, toldBy: 0 }),
    isIdle: isFull,
  });

  /** Tells whether no limit of the key applies any more. */
  function isFull({ requests, tokens }: Pace): boolean {
    return clock.now() >= Math.max(requests.fullAt, tokens.fullAt);
  }

  /** Reserves the call's place and returns how long to wait for it, in ms. */
  function reserve(call: Call<FetchRequest>): number {
    const state = paces.peek(call.key);
    if (!state || isFull(state)) return 0;
    const now = clock.now();
    const wait = Math.min(longestWait, Math.max(0, state.nextAt - now));
    if (now + wait >= call.deadline) return 0; // better sent and possibly refused than not sent at all
    const perRequest = now < state.requests.fullAt ? state.requests.msPerUnit : 0;
    const perToken = now < state.tokens.fullAt ? state.tokens.msPerUnit : 0;
    state.nextAt = now + wait + Math.max(perRequest, perToken * estimateTokens(call.input.init.body));
    return wait;
  }

  function update(call: Call<FetchRequest>, sentAt: number, { headers }: Response): void {
    const now = clock.now();
    const limits = parseRateLimit(headers, { now });
    if (Object.keys(limits).length === 0) return;
    call.emit?.({ type: "rate-limits", ...about(call), limits } satisfies RateLimitsEvent as RateLimitsEvent);
    const state = paces.get(call.key);
    // The slow answer of an earlier call tells less than is known.
    if (sentAt < state.toldBy) return;
    state.toldBy = sentAt;
    state.requests = slowestRefill([limits.requests], now);
    state.tokens = slowestRefill([limits.tokens, limits.inputTokens], now);
    if (isFull(state)) state.nextAt = 0;
  }

  /** Returns the slowest refill among the limits that are nearly used up. */
  function slowestRefill(buckets: readonly (RateLimitBucket | undefined)[], now: number): Refill {
    return buckets.reduce<Refill>((slowest, { limit = 0, remaining = Infinity, reset = 0 } = {}) => {
      const msPerUnit = remaining < below * limit ? reset / (limit - remaining) : 0;
      return msPerUnit > slowest.msPerUnit ? { msPerUnit, fullAt: now + Math.min(reset, longestReset) } : slowest;
    }, enoughLeft);
  }

  async function wait(ms: number, call: Call<FetchRequest>, next: Next<FetchRequest, Response>): Promise<Response> {
    call.emit?.({ type: "pace", ...about(call), wait: ms } satisfies PaceEvent as PaceEvent);
    await sleep(clock, ms, call.signal);
    return next(call);
  }

  return function pace(call, next) {
    const ms = reserve(call);
    const sentAt = clock.now() + ms;
    return (ms > 0 ? wait(ms, call, next) : next(call)).then(
      (response) => {
        update(call, sentAt, response);
        return response;
      },
      (error: unknown) => {
        if (error instanceof HttpError) update(call, sentAt, error.response);
        throw error;
      },
    );
  };
}
