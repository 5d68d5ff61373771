/** opossum, the best known circuit breaker. */
import CircuitBreaker from "opossum";
import { post, type Contender } from "../contender.ts";

/** A circuit breaker with its defaults, which does not retry. */
export const opossum: Contender = {
  name: "opossum",
  packages: ["opossum"],
  settings: "its defaults (opens above 50 % of failures, for 30 s); `timeout` is the attempt's limit; it has no retry",
  start({ fetch, limits }) {
    const breaker = new CircuitBreaker((signal: AbortSignal) => post(fetch, signal), { timeout: limits.attempt });
    return (signal) => breaker.fire(signal);
  },
};
