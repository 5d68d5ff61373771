/** What the contenders are given to call, and what it costs by itself: the floors that ratios are to. */

export type Operation = () => Promise<number>;

export const answer: Operation = async () => 42;
export const failed = new Error("failed");
export const fail = async (): Promise<never> => {
  throw failed;
};

/** Makes a failure the outcome, so that it can be awaited, and looked at. */
export const caught = (error: unknown): unknown => error;

/** Makes an operation that never settles. */
export const never: Operation = () => new Promise(() => {});

/** Makes an operation that fails twice, then succeeds, and so on. */
export function flaky(): Operation {
  let calls = 0;
  return () => (++calls % 3 === 0 ? answer() : fail());
}

/** Makes an operation that fails, but for one call in a hundred: a window full of failures would open its circuit. */
export function failing(): Operation {
  let calls = 0;
  return () => (++calls % 100 === 0 ? answer() : fail());
}

/** Has a look at the signal before it calls: as long as nobody does, a contender need not have made one. */
export function unlessAborted(signal: AbortSignal, operation: Operation): Promise<number> {
  return signal.aborted ? Promise.reject(signal.reason) : operation();
}

/** Calls so many times, one after another: fills a window. */
export async function repeat(times: number, call: () => PromiseLike<unknown>): Promise<void> {
  for (let time = 0; time < times; time++) await call();
}

export const bareAnswer = (): Operation => async () => 42;

export function bareFailure(): () => Promise<unknown> {
  const operation = failing();
  return () => operation().catch(caught);
}

/** The two rejections and the success, and nothing else. */
export function bareFlaky(): () => Promise<unknown> {
  const operation = flaky();
  return async () => {
    await operation().catch(caught);
    await operation().catch(caught);
    return operation();
  };
}
