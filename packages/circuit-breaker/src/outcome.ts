/** What a failure says about the upstream. */
import { isTimeout, judge, type Call, type Classify, type Health } from "@evenkeel/core";
import { staleAfter } from "./stale-after.ts";

export interface Outcome {
  readonly health: Health;
  readonly isTimeout: boolean;
  /** How long the upstream asks to be left alone, in ms; 0 when it does not. */
  readonly retryAfter: number;
}

const failure: Outcome = { health: "failure", isTimeout: false, retryAfter: 0 };
const timedOut: Outcome = { health: "failure", isTimeout: true, retryAfter: 0 };
const neutral: Outcome = { health: "neutral", isTimeout: false, retryAfter: 0 };

/**
 * Judges a call that failed. If it was aborted, only the reason counts: a time limit of ours says that the upstream hung, and anyone
 * else has only changed his mind. Never throws: a broken `classify` does not break the circuit, and is heard of by retry.
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
