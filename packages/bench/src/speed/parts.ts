/** This toolkit's fetch with an increasing number of layers, which shows what each part costs. */
import { circuitBreaker } from "@evenkeel/circuit-breaker";
import { wrapFetch, type FetchLayer } from "@evenkeel/fetch";
import { semaphore } from "@evenkeel/rate-limit";
import { retry, retryBudget } from "@evenkeel/retry";
import { profiles, timeout } from "@evenkeel/timeout";
import type { Fetch } from "./fetches.ts";

export function withoutLayers(): Fetch {
  return wrapFetch({});
}

export function withLimits(...between: FetchLayer[]): Fetch {
  const total = timeout(profiles.long.total, { label: "total" });
  const firstContent = timeout(profiles.long.firstContent, { label: "first-content" });
  return wrapFetch({}, total, ...between, firstContent);
}

export function withLayers(): Fetch {
  const breaker = circuitBreaker();
  return withLimits(retry({ budget: retryBudget() }), breaker.gate, semaphore({ permits: Infinity }), breaker);
}
