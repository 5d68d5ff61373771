/** Says whether the demo shows what it promises. */
import type { Tally } from "./run-arm.ts";
import { requestsPerCall } from "./table.ts";

const mostRequestsPerCall = 1.3;

/** Returns what is wrong with the result; nothing when `resilientFetch` did what it promises. */
export function complaints([defaults, resilient, timeouts]: readonly Tally[]): string[] {
  if (!defaults || !resilient || !timeouts) throw new TypeError("Expected the tallies of three arms");
  const found: string[] = [];
  for (const other of [defaults, timeouts]) {
    if (resilient.outcomes.finished <= other.outcomes.finished) {
      found.push(`${resilient.arm.name} finished no more calls than ${other.arm.name}`);
    }
  }
  if (resilient.outcomes.wrong > 0) found.push(`${resilient.arm.name} gave ${resilient.outcomes.wrong} wrong answers`);
  if (requestsPerCall(resilient) > mostRequestsPerCall) {
    found.push(`${resilient.arm.name} made more than ${mostRequestsPerCall} requests per call`);
  }
  return found;
}
