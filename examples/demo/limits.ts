/** The demo's time limits, short so that it is quick. All durations are in milliseconds. */
import type { Profile } from "@evenkeel/timeout";

/** The limits of `resilientFetch`. The SDK's own `timeout` is set to `firstContent`. */
export const limits: Profile = { connect: 1_000, firstContent: 1_500, gap: 1_500, total: 7_000 };

/** How long the callers in all arms wait before they abort. */
export const callersDeadline = 8_000;

/** How many calls run concurrently. */
export const concurrency = 32;
