/** Charges a retry budget only for the retries that it has to limit. */
import type { CircuitBreaker } from "@evenkeel/circuit-breaker";
import type { RetryBudget } from "@evenkeel/retry";

/**
 * Returns a budget from which retries are free unless their circuit is closed: they will wait, and be sent as probes, one at a time. That
 * also holds while a probe is due, when the circuit refuses nothing.
 */
export function freeWhileOpen(budget: RetryBudget, { state }: CircuitBreaker): RetryBudget {
  const isFree = (key: string): boolean => state(key) !== "closed";
  return {
    deposit: (key) => budget.deposit(key),
    withdraw: (key, throttledFor) => isFree(key) || budget.withdraw(key, throttledFor),
    balance: (key) => (isFree(key) ? Infinity : budget.balance(key)),
  };
}
