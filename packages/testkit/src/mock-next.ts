/** An operation whose attempts the test settles by hand, so that the test reads like a conversation. */
import type { Call, Next } from "@evenkeel/core";

/** An attempt that has reached the operation, and waits for the test to settle it. */
export interface MockRequest<Output> {
  /** The call that the operation was called with. */
  readonly call: Call;
  resolve(value: Output): void;
  reject(error: unknown): void;
}

export interface MockNext<Output> {
  /** The operation. Each call waits until the test settles its request. Ignores its signal. */
  readonly next: Next<unknown, Output>;
  /** Resolves with the next attempt that the test has not seen yet, as soon as there is one. */
  request(): Promise<MockRequest<Output>>;
  /** How many times the operation was called. */
  readonly calls: number;
}

/**
 * Creates an operation that the test controls.
 * @example
 * const { next, request } = mockNext<string>();
 * const answer = retry({ backoff: constant(0) }).run(next);
 * (await request()).reject(new Error("reset"));
 * (await request()).resolve("hello");
 */
export function mockNext<Output = unknown>(): MockNext<Output> {
  let calls = 0;
  const requests: MockRequest<Output>[] = [];
  const readers: ((request: MockRequest<Output>) => void)[] = [];

  return {
    next: (call) =>
      new Promise((resolve, reject) => {
        calls++;
        const request = { call, resolve, reject };
        const reader = readers.shift();
        if (reader) reader(request);
        else requests.push(request);
      }),
    request: () =>
      new Promise((resolve) => {
        const request = requests.shift();
        if (request) resolve(request);
        else readers.push(resolve);
      }),
    get calls() {
      return calls;
    },
  };
}
