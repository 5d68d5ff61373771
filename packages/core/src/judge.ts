/** Determines what an error means. */
import type { Call } from "./call.ts";
import { checkOneOf } from "./check.ts";
import { quietly } from "./quietly.ts";
import type { Action, Classify, Health, Verdict, VerdictInit } from "./verdict.ts";

const healthOf: Readonly<Record<Action, Health>> = {
  accept: "success",
  retry: "failure",
  elsewhere: "neutral",
  change: "neutral",
  stop: "neutral",
};

const actions = Object.keys(healthOf) as Action[];

/**
 * Returns the verdict on an error. The first to have one decides: the layer's own `classify`, the error's own `verdict`, then the
 * adapter's `call.classify`. Otherwise the error is a failure worth a retry. Throws what a `classify` throws.
 * @throws {TypeError} What a `classify` returned is neither `undefined` nor has a valid `action`: a boolean or a promise, for example.
 */
export function judge(call: Call, error: unknown, classify?: Classify): Verdict {
  return complete(classify?.(error) ?? ownVerdict(error) ?? call.classify?.(error) ?? { action: "retry" });
}

/** Tells whether an abort reason is a timeout of this toolkit: the upstream hung, rather than the caller cancelling. */
export function isTimeout(reason: unknown): boolean {
  return ownVerdict(reason)?.kind === "timeout" && quietly(() => (reason as { code?: unknown }).code) === "TIMEOUT";
}

/** Fills in the fields that were left out. Returns a complete verdict as it is. Throws if it has no valid action. */
function complete(verdict: VerdictInit): Verdict {
  checkOneOf("classify().action", verdict.action, actions);
  const { action, kind = "unknown", processed = "maybe", health = healthOf[action] } = verdict;
  const isFull = verdict.kind === kind && verdict.processed === processed && verdict.health === health;
  return isFull ? (verdict as Verdict) : { ...verdict, kind, processed, health };
}

/** Returns the verdict in the error's own `verdict` property, if there is a valid one, with missing fields filled in. Never throws. */
export function ownVerdict(error: unknown): Verdict | undefined {
  return quietly(() => {
    const { verdict } = error as { verdict?: VerdictInit };
    return verdict ? complete(verdict) : undefined;
  });
}
