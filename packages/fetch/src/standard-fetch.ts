/** The standard order of the layers around a fetch. */
import { circuitBreaker, type CircuitBreaker } from "@evenkeel/circuit-breaker";
import {
  checkFunction,
  checkNumber,
  checkOneOf,
  systemClock,
  systemRandom,
  type Call,
  type Random,
} from "@evenkeel/core";
import { semaphore } from "@evenkeel/rate-limit";
import { retry, retryBudget, type Replay, type ReplayRule, type RetryBudget } from "@evenkeel/retry";
import { timeout } from "@evenkeel/timeout";
import { adapt, type AdaptedFetch, type FetchLayer, type FetchOptions } from "./adapt.ts";
import { freeWhileOpen } from "./free-while-open.ts";
import { holdWhileOpen } from "./hold-while-open.ts";
import { keyIn } from "./idempotency-key.ts";
import { pace } from "./pace.ts";
import type { FetchClassifier } from "./raise-options.ts";
import type { FetchRequest } from "./request.ts";
import { sdkRetries } from "./sdk-retries.ts";

export interface ResilientFetchOptions extends FetchOptions {
  /** Repeats failed attempts that may succeed next time. @default retry({ budget }) */
  readonly retry?: FetchLayer | undefined;
  /**
   * Which failures the default `retry` may send again: all, only those of which the provider certainly processed nothing, or what a rule
   * such as `replayCap` decides. If you pass your own `retry`, set it there. @default "always"
   */
  readonly replay?: Replay | ReplayRule | undefined;
  /** The retry budget that all calls share. An SDK's own retries are charged to it too. @default retryBudget() */
  readonly budget?: RetryBudget | undefined;
  /** Stops calling an upstream that keeps failing. @default circuitBreaker() */
  readonly breaker?: CircuitBreaker | undefined;
  /**
   * What happens to a call while its circuit is open: it is refused, so that its caller can go elsewhere, or it waits for the circuit until
   * its total limit. Waiting requires a `rateLimit`, or all waiting calls would come back at once. @default "refuse"
   */
  readonly whenOpen?: "refuse" | "wait" | undefined;
  /** Limits concurrency or rate. @default semaphore({ permits: Infinity }), which only pauses a throttled key */
  readonly rateLimit?: FetchLayer | undefined;
  /** The share of a provider's limit below which the calls of its key are spaced out; 0 turns this off. @default 0.1 */
  readonly paceBelow?: number | undefined;
  /** Returns the time limit to the first content, in ms, of an attempt (from 1), given the profile's. @default limit, the same for each */
  readonly attemptLimit?: ((limit: number, attempt: number) => number) | undefined;
  /** The name of a header to send an idempotency key in, the same for all attempts of a call. @default none */
  readonly idempotencyHeader?: string | undefined;
  /** The source of randomness. @default systemRandom */
  readonly random?: Random | undefined;
}

/** Builds the standard pipeline around a classifier. */
export function standardFetch(classifier: FetchClassifier, options: ResilientFetchOptions): AdaptedFetch {
  // If `resilientFetch` itself is passed to an SDK, instead of its result, it is called with a URL.
  if (typeof options !== "object") throw new TypeError(`Expected \`options\` to be an object, got a ${typeof options}`);
  const { clock = systemClock, random = systemRandom, paceBelow, attemptLimit = (limit: number) => limit } = options;
  checkFunction("attemptLimit", attemptLimit);
  const waits = checkOneOf("whenOpen", options.whenOpen ?? "refuse", ["refuse", "wait"]) === "wait";
  const {
    budget = retryBudget({ clock }),
    breaker = circuitBreaker({ clock, random }),
    rateLimit = semaphore({ permits: Infinity, clock }),
    replay,
  } = options;
  checkFunction("breaker.gate", breaker?.gate);
  checkFunction("rateLimit", rateLimit);
  if (waits && !options.rateLimit) {
    throw new TypeError('Expected `rateLimit` to limit the concurrency when `whenOpen` is "wait", got undefined');
  }
  // A call must not fail because it was a probe: only the total limit ends its attempts.
  const patience = waits
    ? { retries: Infinity, maxRetryAfter: Infinity, budget: freeWhileOpen(budget, breaker) }
    : { budget };
  const { retry: retrying = retry({ ...patience, clock, random, replay }) } = options;
  checkFunction("retry", retrying);
  // Ignoring `replay` could bill work twice that must be billed once.
  if (options.retry && replay !== undefined) {
    throw new TypeError("Expected `replay` to be set in your own `retry`, not beside it");
  }

  const pacing = pace({ below: paceBelow, clock });
  const layers: FetchLayer[] = [
    sdkRetries(budget),
    timeout((call) => requestOf(call).limits.total, { label: "total", clock }),
    function retryIfAllowed(call, next) {
      return mayRetry(call.input) ? retrying(call, next) : next(call);
    },
    // Refuses or holds calls above the queue, so that none waits in vain, or takes a permit from one that can still be answered.
    ...(waits ? holdWhileOpen(breaker, [pacing, rateLimit], clock) : [breaker.gate, pacing, rateLimit]),
    breaker,
    timeout((call) => checkNumber("attemptLimit()", attemptLimit(requestOf(call).limits.firstContent, call.attempt)), {
      label: "first-content",
      clock,
    }),
  ];
  if (options.idempotencyHeader !== undefined) layers.unshift(keyIn(options.idempotencyHeader, "idempotencyHeader"));
  return adapt(classifier, layers, true, options);
}

/** A one-shot body cannot be sent again. A retry of the SDK's own gets a single attempt, or its retries would multiply with ours. */
function mayRetry({ replayable, caller }: FetchRequest): boolean {
  return replayable && caller.retries === 0;
}

/** Every call in this pipeline is a request, though the types of a layer for any operation do not say so. */
function requestOf(call: Call): FetchRequest {
  return call.input as FetchRequest;
}
