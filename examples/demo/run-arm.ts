/** Makes all calls of one arm, and counts their outcomes. */
import type { Arm } from "./arms.ts";
import { ask } from "./ask.ts";
import { callersDeadline, concurrency } from "./limits.ts";
import type { Provider } from "./provider.ts";
import { question } from "./question.ts";

/** The possible outcomes of a call. A call is stuck if its caller's deadline passes. */
export type Outcome = "finished" | "failed" | "stuck" | "wrong";

/** The calls of an arm so far. */
export interface Tally {
  readonly arm: Arm;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** How long each call took, in milliseconds, however it ended. */
  readonly durations: readonly number[];
  /** How many requests arrived at the provider. */
  readonly arrived: number;
}

/** Makes `requests` calls, some concurrently, and calls `progress` after each of them. */
export async function runArm(
  arm: Arm,
  provider: Provider,
  requests: number,
  progress: (tally: Tally) => void,
): Promise<Tally> {
  const outcomes: Record<Outcome, number> = { finished: 0, failed: 0, stuck: 0, wrong: 0 };
  const durations: number[] = [];
  const tally: Tally = {
    arm,
    outcomes,
    durations,
    get arrived() {
      return provider.arrived;
    },
  };

  async function call(index: number): Promise<Outcome> {
    const asked = question(index);
    const clients = arm.clients(await provider.origin(index));
    const caller = new AbortController();
    const deadline = setTimeout(() => caller.abort(new Error("The caller's deadline has passed")), callersDeadline);
    try {
      const answer = await ask(clients, asked, caller.signal);
      // In some SDKs, a stream that its caller aborts ends without an error.
      if (caller.signal.aborted) return "stuck";
      return answer === asked.answer ? "finished" : "wrong";
    } catch {
      return caller.signal.aborted ? "stuck" : "failed";
    } finally {
      clearTimeout(deadline);
    }
  }

  let next = 0;
  async function work(): Promise<void> {
    while (next < requests) {
      const index = next++;
      const began = performance.now();
      outcomes[await call(index)]++;
      durations.push(performance.now() - began);
      progress(tally);
    }
  }
  await Promise.all(Array.from({ length: Math.min(concurrency, requests) }, work));
  return tally;
}
