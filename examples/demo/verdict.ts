/** Checks whether the demo shows what it promises. */
import type { Tally } from "./run-arm.ts";
import { requestsPerCall } from "./table.ts";

/** Returns what is wrong with the results: nothing, if `resilientFetch` did what it promises. */
export function complaints([defaults, resilient, timeouts]: readonly Tally[]): string[] {
  if (!defaults || !resilient || !timeouts) throw new TypeError("Expected the tallies of three arms");
  const found: string[] = [];
  for (const other of [defaults, timeouts]) {
    if (resilient.outcomes.finished <= other.outcomes.finished) {
      found.push(`${resilient.arm.name} finished no more calls than ${other.arm.name}`);
    }
  }
  if (resilient.outcomes.wrong > 0) found.push(`${resilient.arm.name} gave ${resilient.outcomes.wrong} wrong answers`);
  const most = mostRequestsPerCall(resilient.durations.length);
  if (requestsPerCall(resilient) > most) {
    found.push(`${resilient.arm.name} made more than ${most.toFixed(2)} requests per call`);
  }
  return found;
}

/** The default retry budget starts with 20 retries, and every success adds 0.3. */
function mostRequestsPerCall(calls: number): number {
  return 1.3 + 20 / calls;
}
