/** Notices the retries of an SDK above the fetch. */
import { about } from "@evenkeel/core";
import type { RetryBudget } from "@evenkeel/retry";
import type { FetchLayer } from "./adapt.ts";
import type { SdkRetryEvent } from "./fetch-event.ts";

/** Emits an event for each retry that an SDK makes itself, and charges it to `budget`. */
export function sdkRetries(budget: RetryBudget): FetchLayer {
  return function sdkRetries(call, next) {
    const { retries } = call.input.caller;
    if (retries > 0) {
      budget.withdraw(call.key);
      call.emit?.({ type: "sdk-retry", ...about(call), retries } satisfies SdkRetryEvent as SdkRetryEvent);
    }
    return next(call);
  };
}
