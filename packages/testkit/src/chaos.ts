/** Injects errors, hangs and latency. */
import {
  checkFunction,
  checkNumber,
  checkOptions,
  layer,
  ResilienceError,
  sleep,
  systemClock,
  systemRandom,
  untilAborted,
  type Call,
  type Clock,
  type Layer,
  type Next,
  type Random,
  type Verdict,
} from "@evenkeel/core";

export interface ChaosOptions {
  /** The share of calls that fail instead of reaching the operation, from 0 to 1. @default 0 */
  readonly errorRate?: number | undefined;
  /** Creates the error of a failing call. @default () => new ChaosError() */
  readonly error?: (() => unknown) | undefined;
  /** The share of calls that never settle until their signal aborts, from 0 to 1. @default 0 */
  readonly hangRate?: number | undefined;
  /** The share of calls that are delayed, from 0 to 1. A delayed call may also fail or hang. @default 0 */
  readonly latencyRate?: number | undefined;
  /** How long a delayed call is delayed, in milliseconds. @default 1_000 */
  readonly latency?: number | undefined;
  /** The source of randomness. Each call draws two numbers. @default systemRandom */
  readonly random?: Random | undefined;
  /** The clock for delays. @default systemClock */
  readonly clock?: Clock | undefined;
}

/** The default error of `chaos`, classified as a network failure. */
export class ChaosError extends ResilienceError {
  static override readonly brand: string = "@evenkeel/testkit:ChaosError";
  override readonly name = "ChaosError";
  readonly code = "CHAOS";
  readonly verdict: Verdict = { action: "retry", kind: "network", processed: "no", health: "failure" };

  constructor() {
    super("This call fails on purpose");
  }
}

/**
 * Injects faults in front of the operation. Put it innermost, so that all other layers see the faults.
 * @example
 * const flaky = compose(retry(), chaos({ errorRate: 0.2, random: seededRandom(1) }));
 * const answer = await flaky.run(({ signal }) => ask(signal));
 * @throws {RangeError} A rate is not between 0 and 1, `errorRate` and `hangRate` add up to more than 1, or `latency` is negative.
 * @throws {TypeError} An option has the wrong type.
 */
export function chaos({
  errorRate = 0,
  error = () => new ChaosError(),
  hangRate = 0,
  latencyRate = 0,
  latency = 1_000,
  random = systemRandom,
  clock = systemClock,
}: ChaosOptions = {}): Layer {
  checkOptions(arguments[0]);
  checkNumber("errorRate", errorRate, { max: 1 });
  checkFunction("error", error);
  checkNumber("hangRate", hangRate, { max: 1 });
  checkNumber("errorRate + hangRate", errorRate + hangRate, { max: 1 });
  checkNumber("latencyRate", latencyRate, { max: 1 });
  checkNumber("latency", latency);
  checkFunction("random", random);
  checkFunction("clock.after", clock?.after);

  return layer(async function chaos<I, O>(call: Call<I>, next: Next<I, O>): Promise<O> {
    // Both are drawn on every call, so that changing one rate does not shift the faults of the other.
    const fate = random();
    const isDelayed = random() < latencyRate;
    if (isDelayed) await sleep(clock, latency, call.signal);
    if (fate < errorRate) throw error();
    if (fate < errorRate + hangRate) return untilAborted(new Promise<never>(() => {}), call.signal);
    return next(call);
  });
}
