/** Charges a retry budget only for the retries that it has to limit. */
import type { CircuitBreaker } from "@evenkeel/circuit-breaker";
import type { RetryBudget } from "@evenkeel/retry";

/** Returns a budget from which retries are free while the breaker refuses their key: they will wait, and be sent as probes, one at a time. */
export function freeWhileOpen(budget: RetryBudget, { refuses }: CircuitBreaker): RetryBudget {
  return {
    deposit: (key) => budget.deposit(key),
    withdraw: (key) => refuses(key) || budget.withdraw(key),
    balance: (key) => (refuses(key) ? Infinity : budget.balance(key)),
  };
}
