export type { Layer } from "@evenkeel/core";
export type {
  Backoff,
  BackoffContext,
  ConstantOptions,
  DecorrelatedOptions,
  ExponentialOptions,
  LinearOptions,
} from "./backoff.ts";
export { constant, decorrelated, exponential, linear } from "./backoff.ts";
export type { Jitter } from "./jitter.ts";
export { equal, full, none } from "./jitter.ts";
export type { ReplayCapOptions } from "./replay-cap.ts";
export { replayCap } from "./replay-cap.ts";
export type { Replay, ReplayRule } from "./replay.ts";
export type { RetryBudget, RetryBudgetOptions } from "./retry-budget.ts";
export { retryBudget } from "./retry-budget.ts";
export type { GiveUpReason, RetryEvent, RetryGiveUpEvent, RetryScheduledEvent } from "./retry-event.ts";
export type { RetryOptions } from "./retry.ts";
export { retry } from "./retry.ts";
