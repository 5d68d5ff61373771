/** All contenders. A process only loads the one that it measures, because some slow the whole process down. */
import type { Contender } from "./contender.ts";

const makers = {
  evenkeel: async () => (await import("./contenders/evenkeel.ts")).evenkeel,
  evenkeelRun: async () => (await import("./contenders/evenkeel.ts")).evenkeelRun,
  cockatiel: async () => (await import("./contenders/cockatiel.ts")).cockatiel,
  cockatielLenient: async () => (await import("./contenders/cockatiel.ts")).cockatielLenient,
  opossum: async () => (await import("./contenders/opossum.ts")).opossum,
  pRetry: async () => (await import("./contenders/p-series.ts")).pRetry,
  pLimit: async () => (await import("./contenders/p-series.ts")).pLimit,
  pTimeout: async () => (await import("./contenders/p-series.ts")).pTimeout,
  pSeries: async () => (await import("./contenders/p-series.ts")).pSeries,
  pQueue: async () => (await import("./contenders/p-queue.ts")).pQueue,
  asyncSema: async () => (await import("./contenders/async-sema.ts")).asyncSema,
  bottleneck: async () => (await import("./contenders/bottleneck.ts")).bottleneck,
  rateLimiterFlexible: async () => (await import("./contenders/rate-limiter-flexible.ts")).rateLimiterFlexible,
  asyncRetry: async () => (await import("./contenders/async-retry.ts")).asyncRetry,
  exponentialBackoff: async () => (await import("./contenders/exponential-backoff.ts")).exponentialBackoff,
  effect: async () => (await import("./contenders/effect.ts")).effect,
  effectWithoutBreaker: async () => (await import("./contenders/effect.ts")).effectWithoutBreaker,
  byHand: async () => (await import("./contenders/by-hand.ts")).byHand,
  bare: async () => (await import("./contenders/by-hand.ts")).bare,
} satisfies Record<string, () => Promise<Contender>>;

export type ContenderId = keyof typeof makers;
export const contenderIds = Object.keys(makers) as ContenderId[];

/** Loads a contender and its packages. */
export function load(id: ContenderId): Promise<Contender> {
  return makers[id]();
}
