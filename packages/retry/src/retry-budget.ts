/** Limits the load that retries add, across all calls that share the budget. */
import { checkFunction, checkNumber, checkOptions, keyed, systemClock, type Clock } from "@evenkeel/core";

export interface RetryBudgetOptions {
  /** How many retries a success earns. @default 0.3 */
  readonly deposit?: number | undefined;
  /** How many retries a key can save up, and so the most that can follow its last success. @default 50 */
  readonly capacity?: number | undefined;
  /** How many retries a new key starts with. @default Math.min(20, capacity) */
  readonly reserve?: number | undefined;
  /** How many keys to remember at least, in addition to those that have recently spent part of their reserve. @default 1_000 */
  readonly maxKeys?: number | undefined;
  /** Tells the time. @default systemClock */
  readonly clock?: Clock | undefined;
}

/** A balance of retries for each key. */
export interface RetryBudget {
  /** Records a success of the key. */
  deposit(key: string): void;
  /**
   * Takes one retry, and returns whether there was one. Can also charge retries made elsewhere, such as those of an SDK above. After a
   * first failure that throttles, `throttledFor` is the wait in ms that the server asks for: all such retries within it cost one.
   */
  withdraw(key: string, throttledFor?: number): boolean;
  /** Returns how many retries the key has left. */
  balance(key: string): number;
}

/**
 * Creates a budget to share across calls: successes pay for retries.
 *
 * After a 429 that says how long to wait, the first retries of all calls that are throttled within that time cost one: the server itself
 * spreads its load.
 *
 * The defaults: at a failure rate of 20 %, a call needs 0.2 + 0.04 + 0.008 = 0.248 retries, which 0.3 per success covers, and no failure
 * rate can sustain a load above 1.3 requests per call; with such 429s, above 2.3. A random walk with that drift and variance falls by `n`
 * with probability exp(-0.345 n): by 20 (the reserve) once in 1,000 times, by 50 (the capacity) once in 30 million. A dead provider gets at
 * most 50 retries after its last success: 1.05 requests per call over 1,000 calls.
 * @example
 * const budget = retryBudget();
 * const answer = await retry({ budget }).run(({ signal }) => ask(signal));
 * @throws {RangeError | TypeError} An option is invalid.
 */
export function retryBudget({
  deposit = 0.3,
  capacity = 50,
  reserve = Math.min(20, capacity),
  maxKeys,
  clock = systemClock,
}: RetryBudgetOptions = {}): RetryBudget {
  checkOptions(arguments[0]);
  checkNumber("deposit", deposit);
  checkNumber("capacity", capacity, { min: 1 });
  checkNumber("reserve", reserve, { max: capacity });
  checkFunction("clock.now", clock?.now);
  const accounts = keyed<Account>({
    maxKeys,
    create: () => ({ balance: reserve, asked: clock.now(), throttledUntil: 0 }),
    isIdle: ({ balance, asked }) => balance >= reserve || clock.now() - asked > forgetAfter,
  });

  return {
    deposit(key) {
      const account = accounts.get(key);
      // Rounded, because ten deposits of 0.1 would add up to slightly less than 1.
      account.balance = Math.min(capacity, Math.round((account.balance + deposit) * 1e9) / 1e9);
    },
    withdraw(key, throttledFor = 0) {
      const account = accounts.get(key);
      const now = (account.asked = clock.now());
      if (throttledFor > 0 && now < account.throttledUntil) return true;
      if (account.balance < 1) return false;
      account.balance -= 1;
      if (throttledFor > 0) account.throttledUntil = now + throttledFor;
      return true;
    },
    balance: (key) => accounts.peek(key)?.balance ?? reserve,
  };
}

interface Account {
  balance: number;
  /** When a retry was last requested, in the clock's ms. */
  asked: number;
  /** Until when further throttled retries are free, in the clock's ms. */
  throttledUntil: number;
}

/** How long after the last request for a retry a key below its reserve may be forgotten, in ms, so that memory stays bounded. */
const forgetAfter = 600_000;
