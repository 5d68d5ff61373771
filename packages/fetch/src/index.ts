export type { Middleware } from "@evenkeel/core";
export type { FetchLayer, FetchOptions } from "./adapt.ts";
export type { AnthropicMiddleware, AnthropicMiddlewareOptions, AnthropicRequest } from "./anthropic-middleware.ts";
export { anthropicMiddleware } from "./anthropic-middleware.ts";
export type {
  AttemptEvent,
  BodyEvent,
  FetchEvent,
  PaceEvent,
  RateLimitsEvent,
  ResumeEvent,
  SdkRetryEvent,
} from "./fetch-event.ts";
export { HttpError } from "./http-error.ts";
export { idempotencyKey } from "./idempotency-key.ts";
export type { Refusals } from "./lower.ts";
export type { FetchFunction, FetchRequest } from "./request.ts";
export { resilientFetch } from "./resilient-fetch.ts";
export type { ResilientFetchOptions } from "./standard-fetch.ts";
export type { Delivered } from "./stream-error.ts";
export { StreamError } from "./stream-error.ts";
export type { ResumeOptions } from "./resume.ts";
export { resume } from "./resume.ts";
export type { SdkCaller } from "./sdk-caller.ts";
export { settleUsage } from "./settle-usage.ts";
export { wrapFetch } from "./wrap-fetch.ts";
