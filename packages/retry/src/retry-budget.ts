/** Limits what retries may add to the load, over all calls that share it. */
import { checkFunction, checkNumber, keyed, systemClock, type Clock } from "@evenkeel/core";

export interface RetryBudgetOptions {
  /** What a success adds, in retries. @default 0.3 */
  readonly deposit?: number | undefined;
  /** What a key can save up, in retries: so many may follow its last success. @default 50 */
  readonly capacity?: number | undefined;
  /** What a new key starts with, in retries. @default Math.min(20, capacity) */
  readonly reserve?: number | undefined;
  /** How many keys are remembered at least; at most twice as many are, and those whose retries are used up. @default 1_000 */
  readonly maxKeys?: number | undefined;
  /** Tells the time. @default systemClock */
  readonly clock?: Clock | undefined;
}

/** A balance of retries for each upstream. */
export interface RetryBudget {
  /** Adds what a success is worth. */
  deposit(key: string): void;
  /** Takes one retry, and tells whether there was one. Also charges retries that others make, such as those of an SDK above. */
  withdraw(key: string): boolean;
  /** Returns how many retries the key has. */
  balance(key: string): number;
}

/**
 * Makes a budget to share over calls: successes pay for retries.
 *
 * The defaults follow from two demands. At 20 % of failures a call needs 0.2 + 0.04 + 0.008 = 0.248 retries, for which 0.3 per success
 * pays; and no failure rate can hold the load above 1.3 requests per call. A random walk with that drift and variance falls by `n` with
 * probability exp(-0.345 n): by 20, at the start, once in 1,000 times, by 50 once in 30 million. A dead provider gets no more than those 50
 * after its last success, so 1.05 requests per call over 1,000 calls.
 * @example
 * const budget = retryBudget();
 * const answer = await retry({ budget }).run(({ signal }) => ask(signal));
 * @throws {RangeError} An option is out of range.
 */
export function retryBudget({
  deposit = 0.3,
  capacity = 50,
  reserve = Math.min(20, capacity),
  maxKeys = 1_000,
  clock = systemClock,
}: RetryBudgetOptions = {}): RetryBudget {
  checkNumber("deposit", deposit);
  checkNumber("capacity", capacity, { min: 1 });
  checkNumber("reserve", reserve, { max: capacity });
  checkFunction("clock.now", clock?.now);
  const accounts = keyed<Account>({
    maxKeys,
    create: () => ({ balance: reserve, asked: clock.now() }),
    isIdle: ({ balance, asked }) => balance >= reserve || clock.now() - asked > forgetAfter,
  });

  return {
    deposit(key) {
      const account = accounts.get(key);
      // Ten deposits of 0.1 add up to a little less than 1.
      account.balance = Math.min(capacity, Math.round((account.balance + deposit) * 1e9) / 1e9);
    },
    withdraw(key) {
      const account = accounts.get(key);
      account.asked = clock.now();
      if (account.balance < 1) return false;
      account.balance -= 1;
      return true;
    },
    balance: (key) => accounts.peek(key)?.balance ?? reserve,
  };
}

interface Account {
  balance: number;
  /** When a retry was last asked for. */
  asked: number;
}

/** A key with less than its reserve may be forgotten when nobody asked for a retry for so long, in ms: memory must end, too. */
const forgetAfter = 600_000;
