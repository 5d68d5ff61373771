/** Makes calls wait while their circuit is open. */
import type { CircuitBreaker } from "@evenkeel/circuit-breaker";
import type { Call, Clock } from "@evenkeel/core";
import { semaphore, type Semaphore } from "@evenkeel/rate-limit";
import type { FetchLayer } from "./adapt.ts";

/**
 * Returns the layers of a queue between two that hold calls back: above it, so that calls which are about to reach their limit do not take
 * its permits, and once more below it, where no circuit can open after the check.
 */
export function holdWhileOpen({ refuses, state }: CircuitBreaker, queue: FetchLayer[], clock: Clock): FetchLayer[] {
  const below = hold(refuses, clock);
  // Calls held below have permits, so one of them is the next probe: another call would only queue up behind them, and grow old.
  const above = hold((key) => refuses(key) || (state(key) !== "closed" && below.waiting(key) > 0), clock);
  return [above, ...queue, below];
}

/**
 * The calls with the most time left go first: after a long outage the others are about to reach their limit, which would cut one of them
 * short as a probe, and open the circuit again.
 */
function hold(holdWhile: (key: string) => boolean, clock: Clock): Semaphore {
  const priority = ({ deadline }: Call): number => deadline;
  return semaphore({ permits: Infinity, maxQueue: Infinity, holdWhile, priority, clock });
}
