/** The demo's time limits, short to keep it quick. All durations are in milliseconds. */
import type { Profile } from "@evenkeel/timeout";

/** The limits of `resilientFetch`; the SDK's own `timeout` gets the same limit for each attempt. */
export const limits: Profile = { connect: 1_000, firstContent: 1_500, gap: 1_500, total: 7_000 };

/** How long every caller in every arm waits before it aborts its call. */
export const callersDeadline = 8_000;

/** How many calls are in progress at once. */
export const concurrency = 32;
