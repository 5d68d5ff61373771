/** What a failed call says about the upstream. */
import { isTimeout, judge, type Call, type Classify, type Health } from "@evenkeel/core";
import { staleAfter } from "./stale-after.ts";

export interface Outcome {
  readonly health: Health;
  readonly isTimeout: boolean;
  /** How long the upstream asks callers to wait, in ms; 0 if it does not. */
  readonly retryAfter: number;
}

const failure: Outcome = { health: "failure", isTimeout: false, retryAfter: 0 };
const timedOut: Outcome = { health: "failure", isTimeout: true, retryAfter: 0 };
const neutral: Outcome = { health: "neutral", isTimeout: false, retryAfter: 0 };

/**
 * Judges a failed call. If it was aborted, only the reason matters: a timeout of this toolkit means that the upstream hung, any other
 * reason that the caller cancelled. Never throws: if `classify` does, the call counts as a failure.
 */
export function outcomeOf(call: Call, error: unknown, classify?: Classify): Outcome {
  const { aborted, reason } = call.signal;
  if (aborted) return isTimeout(reason) ? timedOut : neutral;
  try {
    const { health, kind, retryAfter = 0 } = judge(call, error, classify);
    const asked = retryAfter > 0 ? Math.min(retryAfter, staleAfter) : 0;
    return { health, isTimeout: kind === "timeout", retryAfter: asked };
  } catch {
    return failure;
  }
}
