/**
 * An app that keeps opossum's breaker uses our verdicts as its `errorFilter`, and our retry above it.
 *
 * Prints:
 *   5 throttled calls leave the circuit closed: true
 *   attempt 1 failed (overloaded), another follows
 *   An even keel.
 *   failures of the provider open it: true
 *   retry gives up at once: EOPENBREAKER
 */
import { classify } from "@evenkeel/classify";
import { retry } from "@evenkeel/retry";
import CircuitBreaker from "opossum";
import { tell } from "./setup/tell.ts";

let failure: object | undefined;
async function ask(): Promise<string> {
  if (failure) throw Object.assign(new Error("no answer"), failure);
  return "An even keel.";
}

const breaker = new CircuitBreaker(ask, {
  volumeThreshold: 5, // without it the first failure opens the circuit
  timeout: false, // it would free the slot of an operation that continues
  errorFilter: (error: unknown) => classify(error).health !== "failure", // true counts as a success
});

failure = { status: 429 };
for (let call = 0; call < 5; call++) await breaker.fire().catch(() => {});
console.log("5 throttled calls leave the circuit closed:", breaker.closed);

// A refusal by opossum itself is not retried.
const again = retry({
  classify: (error) => (CircuitBreaker.isOurError(error as Error) ? { action: "elsewhere" } : classify(error)),
});
failure = { status: 529 };
const answer = again.run(() => breaker.fire().finally(() => (failure = undefined)), { emit: tell });
console.log(await answer);

failure = { status: 529 };
for (let call = 0; call < 12; call++) await breaker.fire().catch(() => {});
console.log("failures of the provider open it:", breaker.opened);
await again
  .run(() => breaker.fire())
  .catch(({ code }: { code: string }) => console.log("retry gives up at once:", code));
