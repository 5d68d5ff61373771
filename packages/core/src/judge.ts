/** Finds out what an error means, whoever knows it. */
import type { Call } from "./call.ts";
import type { Action, Classify, Health, Verdict, VerdictInit } from "./verdict.ts";

const healthOf: Readonly<Record<Action, Health>> = {
  accept: "success",
  retry: "failure",
  elsewhere: "neutral",
  change: "neutral",
  stop: "neutral",
};

/**
 * Returns the verdict on an error: of the layer's own `classify` first, then the error's own `verdict`, then the adapter's
 * `call.classify`; what nobody knows is a failure worth a retry. A hostile error cannot make it throw; a `classify` can.
 */
export function judge(call: Call, error: unknown, classify?: Classify): Verdict {
  return complete(classify?.(error) ?? ownVerdict(error) ?? call.classify?.(error) ?? { action: "retry" });
}

/** Tells whether an abort's reason is a time limit of ours: then the upstream hung, and nobody cancelled. */
export function isTimeout(reason: unknown): boolean {
  return ownVerdict(reason)?.kind === "timeout" && quietly(() => (reason as { code?: unknown }).code) === "TIMEOUT";
}

/** Completes what is left out; a full verdict is returned as it is. */
function complete(verdict: VerdictInit): Verdict {
  const { action, kind = "unknown", processed = "maybe", health = healthOf[action] } = verdict;
  const isFull = verdict.kind === kind && verdict.processed === processed && verdict.health === health;
  return isFull ? (verdict as Verdict) : { ...verdict, kind, processed, health };
}

/** Returns the verdict that an error carries in its `verdict`, if it does; what that leaves out is completed. Never throws. */
export function ownVerdict(error: unknown): Verdict | undefined {
  return quietly(() => {
    const { verdict } = error as { verdict?: VerdictInit };
    return verdict && Object.hasOwn(healthOf, verdict.action) ? complete(verdict) : undefined;
  });
}

/** An error is a stranger's object: its getters may throw. */
function quietly<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
