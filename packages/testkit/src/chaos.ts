/** Makes calls fail, hang and dawdle on purpose, and the same ones each time. */
import {
  checkFunction,
  checkNumber,
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
  /** Makes the error of a call that fails. @default () => new ChaosError() */
  readonly error?: (() => unknown) | undefined;
  /** The share of calls that never settle until their signal aborts, from 0 to 1. @default 0 */
  readonly hangRate?: number | undefined;
  /** The share of calls that are late, from 0 to 1; a late call may also fail or hang. @default 0 */
  readonly latencyRate?: number | undefined;
  /** How late a late call is, in milliseconds. @default 1_000 */
  readonly latency?: number | undefined;
  /** Where chance comes from; each call draws two numbers. @default systemRandom */
  readonly random?: Random | undefined;
  /** Where time comes from. @default systemClock */
  readonly clock?: Clock | undefined;
}

/** Stands for a failure of the network that `chaos` made up. */
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
 * Injects faults in front of the operation. Stands innermost, so that the layers above it meet the faults.
 * @example
 * const flaky = compose(retry(), chaos({ errorRate: 0.2, random: seededRandom(1) }));
 * const answer = await flaky.run(({ signal }) => ask(signal));
 * @throws {RangeError} A rate is not within 0 and 1, `errorRate` and `hangRate` exceed 1 together, or `latency` is negative.
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
  checkNumber("errorRate", errorRate, { max: 1 });
  checkFunction("error", error);
  checkNumber("hangRate", hangRate, { max: 1 });
  checkNumber("errorRate + hangRate", errorRate + hangRate, { max: 1 });
  checkNumber("latencyRate", latencyRate, { max: 1 });
  checkNumber("latency", latency);
  checkFunction("random", random);
  checkFunction("clock.after", clock?.after);

  return layer(async function chaos<I, O>(call: Call<I>, next: Next<I, O>): Promise<O> {
    // Both are drawn for each call, whatever the rates: changing one rate does not move the faults of the other.
    const fate = random();
    const late = random() < latencyRate;
    if (late) await sleep(clock, latency, call.signal);
    if (fate < errorRate) throw error();
    if (fate < errorRate + hangRate) return untilAborted(new Promise<never>(() => {}), call.signal);
    return next(call);
  });
}
