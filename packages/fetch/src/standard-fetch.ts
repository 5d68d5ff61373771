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
import { idempotencyKey } from "./idempotency-key.ts";
import { pace } from "./pace.ts";
import type { Judges } from "./raise-options.ts";
import type { FetchRequest } from "./request.ts";
import { sdkRetries } from "./sdk-retries.ts";

export interface ResilientFetchOptions extends FetchOptions {
  /** Repeats what may succeed another time. @default retry({ budget }) */
  readonly retry?: FetchLayer | undefined;
  /**
   * Which failures the default `retry` may send again: all, only those of which the provider surely processed nothing, or what a rule
   * such as `replayCap` decides. A `retry` of your own takes it itself. @default "always"
   */
  readonly replay?: Replay | ReplayRule | undefined;
  /** The retries that all calls share, and against which an SDK's own retries are charged. @default retryBudget() */
  readonly budget?: RetryBudget | undefined;
  /** Stops calling an upstream that fails. @default circuitBreaker() */
  readonly breaker?: CircuitBreaker | undefined;
  /**
   * What happens to a call while its circuit is open: it is refused, so that its caller can go elsewhere, or it waits for the circuit until
   * its total limit. Waiting requires a `rateLimit`, or all waiting calls would come back at once. @default "refuse"
   */
  readonly whenOpen?: "refuse" | "wait" | undefined;
  /** Limits concurrency or rate. @default semaphore({ permits: Infinity }), which only lets a throttled key rest */
  readonly rateLimit?: FetchLayer | undefined;
  /** Below which share of a limit that the provider tells of a key is slowed down; 0 never does. @default 0.1 */
  readonly paceBelow?: number | undefined;
  /** By how much a limit to the first content is raised for a later attempt. @default limit, the same for each */
  readonly attemptLimit?: ((limit: number, attempt: number) => number) | undefined;
  /** The header that carries a key which stays the same over the attempts of one call. @default none */
  readonly idempotencyHeader?: string | undefined;
  /** The source of chance. @default systemRandom */
  readonly random?: Random | undefined;
}

/** Builds the standard pipeline with these judges. */
export function standardFetch(judges: Judges, options: ResilientFetchOptions): AdaptedFetch {
  // Handed to an SDK without being called, it would take the URL for options.
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
  const patience = waits ? { retries: Infinity, budget: freeWhileOpen(budget, breaker) } : { budget };
  const { retry: retrying = retry({ ...patience, clock, random, replay }) } = options;
  checkFunction("retry", retrying);
  // Left unheard, it would let the work be billed twice that was to be billed once.
  if (options.retry && replay !== undefined) {
    throw new TypeError("Expected `replay` to be an option of your own `retry`, not one beside it");
  }

  const pacing = pace({ below: paceBelow, clock });
  const hold = semaphore({ permits: Infinity, holdWhile: breaker.refuses, clock });
  const layers: FetchLayer[] = [
    sdkRetries(budget),
    timeout((call) => requestOf(call).limits.total, { label: "total", clock }),
    function retryWhatMayBeSentAgain(call, next) {
      return mayBeSentAgain(call.input) ? retrying(call, next) : next(call);
    },
    // Refuse before the queue, so that no call waits in vain; or hold back below it, where no circuit can open after the check.
    ...(waits ? [pacing, rateLimit, hold] : [breaker.gate, pacing, rateLimit]),
    breaker,
    timeout((call) => checkNumber("attemptLimit()", attemptLimit(requestOf(call).limits.firstContent, call.attempt)), {
      label: "first-content",
      clock,
    }),
  ];
  if (options.idempotencyHeader !== undefined) layers.unshift(idempotencyKey(options.idempotencyHeader));
  return adapt(judges, layers, true, options);
}

/** A one-shot body is gone, and a retry of an SDK's own gets one attempt: or its retries would multiply with ours. */
function mayBeSentAgain({ replayable, caller }: FetchRequest): boolean {
  return replayable && caller.retries === 0;
}

/** The layers of this pipeline see nothing but requests; those that serve any operation just cannot know. */
function requestOf(call: Call): FetchRequest {
  return call.input as FetchRequest;
}
