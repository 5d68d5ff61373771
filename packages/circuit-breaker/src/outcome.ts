/** What a finished call says about the upstream. */
import { isTimeout, judge, quietly, type Call, type Classify } from "@evenkeel/core";
import { staleAfter } from "./stale-after.ts";
import type { TripOutcome } from "./trip-condition.ts";

export interface Outcome {
  /** `neutral` if it says nothing. */
  readonly result: TripOutcome | "neutral";
  /** How long the upstream asks callers to wait, in ms, if it does. */
  readonly retryAfter?: number;
}

/** The outcome of a call that was answered. */
export const success: Outcome = { result: "success" };

/**
 * Judges a failed call. If it was aborted, only the reason matters: a timeout of this toolkit means that the upstream hung, any other
 * reason that the caller cancelled. Never throws: if `classify` does, the call counts as a failure.
 */
export function outcomeOf(call: Call, error: unknown, classify?: Classify): Outcome {
  const { aborted, reason } = call.signal;
  if (aborted) return { result: isTimeout(reason) ? "timeout" : "neutral" };
  const verdict = quietly(() => judge(call, error, classify));
  if (!verdict) return { result: "failure" };
  const { health, kind, retryAfter = 0 } = verdict;
  const result = health === "failure" && kind === "timeout" ? kind : health;
  return { result, retryAfter: retryAfter > 0 ? Math.min(retryAfter, staleAfter) : 0 };
}
