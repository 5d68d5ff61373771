/** Which failures may be sent again, given that the upstream may have done, and billed, the work. */
import type { Call, Verdict } from "@evenkeel/core";

/** Decides whether a failed attempt may be sent again. */
export type Replay = (verdict: Verdict, error: unknown, call: Call) => boolean;

/** Always, or only where the upstream has surely processed nothing. */
export type ReplayRule = "always" | "unprocessed";

const rules: Readonly<Record<ReplayRule, Replay>> = {
  always: () => true,
  unprocessed: ({ processed }) => processed === "no",
};

/**
 * Returns the rule of this name, or the function itself.
 * @throws {TypeError} It is neither.
 */
export function replayOf(replay: ReplayRule | Replay): Replay {
  if (typeof replay === "function") return replay;
  if (Object.hasOwn(rules, replay)) return rules[replay];
  throw new TypeError(`Expected \`replay\` to be "always", "unprocessed" or a function, got ${JSON.stringify(replay)}`);
}
