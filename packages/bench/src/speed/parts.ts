/** This toolkit's fetch with an increasing number of layers, which shows what each part costs. */
import { circuitBreaker } from "@evenkeel/circuit-breaker";
import { wrapFetch, type FetchLayer } from "@evenkeel/fetch";
import { semaphore } from "@evenkeel/rate-limit";
import { retry, retryBudget } from "@evenkeel/retry";
import { profiles, timeout } from "@evenkeel/timeout";
import type { Fetch } from "./floors.ts";

const total = timeout(profiles.long.total, { label: "total" });
const firstContent = timeout(profiles.long.firstContent, { label: "first-content" });
const breaker = circuitBreaker();
const between: readonly FetchLayer[] = [
  retry({ budget: retryBudget() }),
  breaker.gate,
  semaphore({ permits: Infinity }),
  breaker,
];

export const partsOfAnswers: Readonly<Record<string, Fetch>> = {
  "ours without layers": wrapFetch({}),
  "ours with both limits": wrapFetch({}, total, firstContent),
  "ours with limits, retry, breaker and limiter": wrapFetch({}, total, ...between, firstContent),
};
