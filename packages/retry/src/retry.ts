/** Tries again what may succeed another time. */
import {
  checkFunction,
  checkNumber,
  judge,
  layer,
  sleep,
  systemClock,
  systemRandom,
  type Call,
  type Classify,
  type Clock,
  type Layer,
  type Next,
  type Random,
  type Verdict,
} from "@evenkeel/core";
import { exponential, type Backoff } from "./backoff.ts";
import { replayOf, type Replay, type ReplayRule } from "./replay.ts";
import type { RetryBudget } from "./retry-budget.ts";
import type { GiveUpReason, RetryEvent } from "./retry-event.ts";

export interface RetryOptions {
  /** How many attempts may follow the first. @default 3 */
  readonly retries?: number | undefined;
  /** The wait before each further attempt, in ms; it is never shorter than what the server asks for. @default exponential() */
  readonly backoff?: Backoff | undefined;
  /** The longest wait that a server may ask for, in ms; a longer one ends the retries. @default 60_000 */
  readonly maxRetryAfter?: number | undefined;
  /** Limits the retries of all calls that share it. @default none */
  readonly budget?: RetryBudget | undefined;
  /** Judges failures before anyone else. @default none */
  readonly classify?: Classify | undefined;
  /**
   * Which failures may be sent again: all, only those of which the upstream surely processed nothing, or what a function decides.
   * Anything but `"unprocessed"` may do, and bill, the work twice. @default "always"
   */
  readonly replay?: ReplayRule | Replay | undefined;
  /** Tells the time and waits. @default systemClock */
  readonly clock?: Clock | undefined;
  /** The source of chance. @default systemRandom */
  readonly random?: Random | undefined;
}

/**
 * Repeats a call that failed in a way that another attempt may mend. Gives up by rejecting with the last real error itself.
 * @example
 * const answer = await retry({ retries: 5 }).run(({ signal }) => ask(signal));
 * @throws {RangeError | TypeError} An option is out of range.
 */
export function retry({
  retries = 3,
  backoff = exponential(),
  maxRetryAfter = 60_000,
  budget,
  classify,
  replay = "always",
  clock = systemClock,
  random = systemRandom,
}: RetryOptions = {}): Layer {
  checkNumber("retries", retries, { integer: true });
  checkFunction("backoff", backoff);
  checkNumber("maxRetryAfter", maxRetryAfter);
  if (budget) checkFunction("budget.deposit", budget.deposit);
  if (budget) checkFunction("budget.withdraw", budget.withdraw);
  if (budget) checkFunction("budget.balance", budget.balance);
  if (classify) checkFunction("classify", classify);
  const mayReplay = replayOf(replay);
  checkFunction("clock.after", clock?.after);
  checkFunction("random", random);

  return layer(function retry<I, O>(call: Call<I>, next: Next<I, O>): Promise<O> {
    const succeeded =
      budget &&
      ((result: O) => {
        budget.deposit(call.key);
        return result;
      });
    let first: Promise<O>;
    try {
      first = next(call);
    } catch (error) {
      return tryAgain(call, next, error); // a layer that is not async threw at once
    }
    return first.then(succeeded, (error: unknown) => tryAgain(call, next, error));
  });

  async function tryAgain<I, O>(call: Call<I>, next: Next<I, O>, error: unknown): Promise<O> {
    const { signal, key, work } = call;
    const emit: ((event: RetryEvent) => void) | undefined = call.emit;
    let delay = 0;
    for (let attempts = 1; ; attempts++) {
      if (signal.aborted) throw signal.reason;
      const attempt = call.attempt + attempts - 1;
      const verdict = judge(call, error, classify);
      const refused = verdict.kind === "refused";
      if (!refused) work.root.lastError = error;

      const decision = decide(call, error, verdict, attempts, delay);
      if (signal.aborted) throw signal.reason;
      if (typeof decision === "string") {
        if (refused) error = work.root.lastError ?? error;
        emit?.({ type: "retry-give-up", key, attempt, call: work.root, attempts, error, verdict, reason: decision });
        throw error;
      }

      delay = decision;
      const mayBillTwice = verdict.processed !== "no";
      emit?.({ type: "retry", key, attempt, call: work.root, delay, error, verdict, mayBillTwice });
      if (delay > 0) await sleep(clock, delay, signal);
      if (signal.aborted) throw signal.reason;

      let result: O;
      try {
        result = await next({ ...call, attempt: attempt + 1, work: work.fork() });
      } catch (nextError) {
        error = nextError;
        continue;
      }
      // Not within the try: a budget that throws must not have the success repeated.
      budget?.deposit(key);
      return result;
    }
  }

  /** Returns how long to wait for the next attempt, in ms, or what speaks against it. */
  function decide(
    call: Call,
    error: unknown,
    verdict: Verdict,
    attempts: number,
    previous: number,
  ): number | GiveUpReason {
    if (verdict.action !== "retry") return "verdict";
    if (attempts > retries) return "retries";
    const { retryAfter = 0 } = verdict;
    if (retryAfter > maxRetryAfter) return "retry-after";
    let delay = checkNumber("backoff()", backoff({ attempt: attempts, previous, error, random }));
    if (retryAfter > delay) delay = retryAfter * (1 + 0.1 * random());
    const timeLeft = call.deadline < Infinity ? call.deadline - clock.now() : Number.MAX_VALUE;
    if (delay >= timeLeft) return "deadline";
    // A rule may count what it allows: what seems spent refuses before it, and what is not is charged after it, never in vain.
    const isSpent = budget && budget.balance(call.key) < 1;
    if (isSpent && !budget.withdraw(call.key)) return "budget";
    if (!mayReplay(verdict, error, call)) return "processed";
    // Before the wait: a crowd of sleepers that had not been counted would overdraw.
    if (budget && !isSpent && !budget.withdraw(call.key)) return "budget";
    return delay;
  }
}
