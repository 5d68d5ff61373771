/** Retries failed calls. */
import {
  about,
  checkFunction,
  checkNumber,
  checkOptions,
  invoke,
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
  /** The wait before each further attempt, in ms. A longer wait that the server asks for takes precedence. @default exponential() */
  readonly backoff?: Backoff | undefined;
  /** The longest wait to accept from a server, in ms. If it asks for more, the call fails at once. @default 60_000 */
  readonly maxRetryAfter?: number | undefined;
  /** Limits the retries of all calls that share it. @default none */
  readonly budget?: RetryBudget | undefined;
  /** Classifies failures, ahead of the error's own verdict and the call's `classify`. @default none */
  readonly classify?: Classify | undefined;
  /**
   * Which failed attempts may be repeated: all of them, only those that the upstream surely did not process, or those that a function
   * allows. With anything but `"unprocessed"`, work may be done, and billed, twice. @default "always"
   */
  readonly replay?: ReplayRule | Replay | undefined;
  /** The clock for waits and deadlines. @default systemClock */
  readonly clock?: Clock | undefined;
  /** The source of randomness. @default systemRandom */
  readonly random?: Random | undefined;
}

/**
 * Retries a call whose failure may be temporary. When it gives up, it rejects with the last real error itself, unwrapped.
 * @example
 * const answer = await retry({ retries: 5 }).run(({ signal }) => ask(signal));
 * @throws {RangeError | TypeError} An option is invalid.
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
  checkOptions(arguments[0]);
  checkNumber("retries", retries, { integer: true });
  checkFunction("backoff", backoff);
  checkNumber("maxRetryAfter", maxRetryAfter);
  if (budget) {
    checkFunction("budget.deposit", budget.deposit);
    checkFunction("budget.withdraw", budget.withdraw);
    checkFunction("budget.balance", budget.balance);
  }
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
    return invoke(next, call).then(succeeded, (error: unknown) => tryAgain(call, next, error));
  });

  async function tryAgain<I, O>(call: Call<I>, next: Next<I, O>, error: unknown): Promise<O> {
    const { signal, work } = call;
    const emit: ((event: RetryEvent) => void) | undefined = call.emit;
    let tried = call;
    let delay = 0;
    for (let attempts = 1; ; attempts++) {
      if (signal.aborted) throw signal.reason;
      const verdict = judge(tried, error, classify);
      if (verdict.kind !== "refused") work.root.lastError = error;

      let decision = decide(tried, error, verdict, attempts, delay);
      if (signal.aborted) throw signal.reason;
      if (typeof decision === "number") {
        delay = decision;
        emit?.({ type: "retry", ...about(tried), delay, error, verdict, mayBillTwice: verdict.processed !== "no" });
        if (delay > 0) await sleep(clock, delay, signal);
        if (signal.aborted) throw signal.reason;
        // The process was too busy, or suspended, to wake up in time.
        if (clock.now() >= call.deadline) decision = "deadline";
      }
      if (typeof decision === "string") {
        error = work.root.lastError ?? error;
        emit?.({ type: "retry-give-up", ...about(tried), attempts, error, verdict, reason: decision });
        throw error;
      }

      tried = { ...call, attempt: tried.attempt + 1, work: work.fork() };
      let result: O;
      try {
        result = await next(tried);
      } catch (nextError) {
        error = nextError;
        continue;
      }
      // Outside the `try`, so that a budget that throws does not cause a successful call to be repeated.
      budget?.deposit(call.key);
      return result;
    }
  }

  /** Returns how long to wait before the next attempt, in ms, or why there is none. */
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
    if (retryAfter > delay) delay = retryAfter * (1 + 0.1 * checkNumber("random()", random(), { max: 1 }));
    if (clock.now() + delay >= call.deadline) return "deadline"; // also if both are `Infinity`
    // Whoever is throttled again is no part of a burst any more.
    const throttledFor = attempts === 1 && verdict.kind === "rate-limit" ? retryAfter : 0;
    // `mayReplay` may count what it allows, so an empty budget refuses before it is asked, and is charged only after it has agreed.
    const isSpent = budget && budget.balance(call.key) < 1;
    if (isSpent && !budget.withdraw(call.key, throttledFor)) return "budget";
    if (!mayReplay(verdict, error, call)) return "processed";
    // Charged before the wait: otherwise many calls waiting at once would overdraw the budget.
    if (budget && !isSpent && !budget.withdraw(call.key, throttledFor)) return "budget";
    return delay;
  }
}
