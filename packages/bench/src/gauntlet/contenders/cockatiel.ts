/** cockatiel, the best known toolkit. */
import {
  bulkhead,
  circuitBreaker,
  ConsecutiveBreaker,
  ExponentialBackoff,
  handleAll,
  noop,
  retry,
  timeout,
  TimeoutStrategy,
  wrap,
  type IPolicy,
} from "cockatiel";
import { post, type Ask, type Contender, type World } from "../contender.ts";
import { concurrency } from "./careful-user.ts";

const settings =
  "the first example of its readme: `retry(handleAll, { maxAttempts: 3, backoff: new ExponentialBackoff() })` through `circuitBreaker(handleAll, { halfOpenAfter: 10_000, breaker: new ConsecutiveBreaker(5) })`; a cooperative `timeout` for the attempt";

function start({ fetch, limits }: World, limit: IPolicy): Ask {
  const policy = wrap(
    retry(handleAll, { maxAttempts: 3, backoff: new ExponentialBackoff() }),
    circuitBreaker(handleAll, { halfOpenAfter: 10_000, breaker: new ConsecutiveBreaker(5) }),
    limit,
    timeout(limits.attempt, TimeoutStrategy.Cooperative),
  );
  return (signal) => policy.execute((context) => post(fetch, context.signal), signal);
}

/** Retry through a circuit breaker. */
export const cockatiel: Contender = {
  name: "cockatiel",
  packages: ["cockatiel"],
  settings,
  start: (world) => start(world, noop),
};

/** The same with a concurrency limit. */
export const cockatielBulkhead: Contender = {
  name: "cockatiel + bulkhead",
  packages: ["cockatiel"],
  settings: `the same with \`bulkhead(${concurrency}, Infinity)\` below the breaker`,
  knowsConcurrency: true,
  start: (world) => start(world, bulkhead(concurrency, Number.POSITIVE_INFINITY)),
};
