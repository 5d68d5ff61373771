/** No resilience at all. */
import { post, type Contender } from "../contender.ts";

/** Calls `fetch` once, with the attempt's limit. */
export const bare: Contender = {
  name: "bare fetch",
  packages: [],
  settings: "`AbortSignal.timeout` for the attempt; no retry",
  start:
    ({ fetch, limits }) =>
    (signal) =>
      post(fetch, AbortSignal.any([signal, AbortSignal.timeout(limits.attempt)])),
};
