import { circuitBreaker, CircuitOpenError, consecutive } from "@evenkeel/circuit-breaker";

/** Exported without an annotation: the declarations of a library must be able to name its type. */
export const made = circuitBreaker().gate;

export const expected = ["closed", "open", "CIRCUIT_OPEN", 2];

export async function snippet(): Promise<unknown> {
  const breaker = circuitBreaker({ trip: consecutive(2) });
  const before = breaker.state();
  let calls = 0;
  const call = (): Promise<never> =>
    breaker.run(async () => {
      calls++;
      throw new Error("down");
    });
  await call().catch(() => {});
  await call().catch(() => {});
  const refusal = await call().catch((error: unknown) => error);
  return [before, breaker.state(), refusal instanceof CircuitOpenError && refusal.code, calls];
}
