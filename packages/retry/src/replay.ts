/** Which failed attempts may be repeated, given that the upstream may have done, and billed for, the work. */
import type { Call, Verdict } from "@evenkeel/core";

/** Decides whether a failed attempt may be repeated. */
export type Replay = (verdict: Verdict, error: unknown, call: Call) => boolean;

/** Repeats any attempt, or only one that the upstream has surely not processed. */
export type ReplayRule = "always" | "unprocessed";

const rules: Readonly<Record<ReplayRule, Replay>> = {
  always: () => true,
  unprocessed: ({ processed }) => processed === "no",
};

/**
 * Returns the rule of this name, or the function as it is.
 * @throws {TypeError} `replay` is neither the name of a rule nor a function.
 */
export function replayOf(replay: ReplayRule | Replay): Replay {
  if (typeof replay === "function") return replay;
  if (Object.hasOwn(rules, replay)) return rules[replay];
  throw new TypeError(`Expected \`replay\` to be "always", "unprocessed" or a function, got ${JSON.stringify(replay)}`);
}
