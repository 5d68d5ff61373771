/** The operations that contenders call, and the floors: the same operations without any library. */

export type Operation = () => Promise<number>;

export const answer: Operation = async () => 42;
export const failed = new Error("failed");
export const fail = async (): Promise<never> => {
  throw failed;
};

/** Turns a failure into a result, so that it can be awaited and checked. */
export const caught = (error: unknown): unknown => error;

/** Never settles. */
export const never: Operation = () => new Promise(() => {});

/** Creates an operation that alternates between two failures and a success. */
export function flaky(): Operation {
  let calls = 0;
  return () => (++calls % 3 === 0 ? answer() : fail());
}

/** Creates an operation that fails except for one call in a hundred: a window of failures alone would open the circuit. */
export function failing(): Operation {
  let calls = 0;
  return () => (++calls % 100 === 0 ? answer() : fail());
}

/** Reads the signal before the call, because some contenders create it lazily. */
export function unlessAborted(signal: AbortSignal, operation: Operation): Promise<number> {
  return signal.aborted ? Promise.reject(signal.reason) : operation();
}

/** Makes a number of calls, one after another, to fill a window. */
export async function repeat(times: number, call: () => PromiseLike<unknown>): Promise<void> {
  for (let time = 0; time < times; time++) await call();
}

export const bareAnswer = (): Operation => async () => 42;

export function bareFailure(): () => Promise<unknown> {
  const operation = failing();
  return () => operation().catch(caught);
}

/** The two failures and the success, without a retry loop. */
export function bareFlaky(): () => Promise<unknown> {
  const operation = flaky();
  return async () => {
    await operation().catch(caught);
    await operation().catch(caught);
    return operation();
  };
}
