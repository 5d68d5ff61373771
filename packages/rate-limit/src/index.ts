export type { QueueControl } from "./queue-control.ts";
export type { QueueOptions } from "./queue-options.ts";
export type { LimiterName, RateLimitReason, Refusal } from "./rate-limit-error.ts";
export { RateLimitError } from "./rate-limit-error.ts";
export type {
  RateLimitAcquireEvent,
  RateLimitEvent,
  RateLimitPauseEvent,
  RateLimitRejectEvent,
  RateLimitWaitEvent,
} from "./rate-limit-event.ts";
export type { Semaphore, SemaphoreOptions } from "./semaphore.ts";
export { semaphore } from "./semaphore.ts";
export type { TokenBucket, TokenBucketOptions, TokenBucketSize } from "./token-bucket.ts";
export { tokenBucket } from "./token-bucket.ts";
