/** What the models of misbehaving callbacks and listeners share. */
import type { CircuitBreaker } from "@evenkeel/circuit-breaker";
import type { Semaphore, TokenBucket } from "@evenkeel/rate-limit";

/** What a user's function may do to the layers that called it. */
export const interferences = ["isolate", "close", "restore", "pause", "resume", "resize"] as const;
type Interference = (typeof interferences)[number];

export interface Layers {
  readonly breaker: CircuitBreaker;
  readonly limit: Semaphore;
  readonly bucket: TokenBucket;
}

/** Does so, if that is what the deed is. A semaphore of `permits` is resized to a single permit, and back. */
export function interfere(
  { breaker, limit, bucket }: Layers,
  deed: string | undefined,
  key: string,
  permits: number,
): void {
  switch (deed as Interference) {
    case "isolate":
      return breaker.isolate(key);
    case "close":
      return breaker.close(key);
    case "restore":
      return breaker.restore(breaker.snapshot());
    case "pause":
      return [limit, bucket].forEach((limiter) => limiter.pause(key, 300));
    case "resume":
      return [limit, bucket].forEach((limiter) => limiter.resume(key));
    case "resize":
      return limit.resize(limit.permits === permits ? 1 : permits);
  }
}
