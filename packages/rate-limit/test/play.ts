/** A limiter that a test plays by hand: time stands still until the test moves it, and every event is kept. */
import type { Call, CallInit, Layer, Verdict } from "@evenkeel/core";
import { fakeClock, type FakeClock } from "@evenkeel/testkit";
import type { RateLimitEvent } from "../src/index.ts";

/** A call as the test sees it. */
export interface Played {
  /** What came of it, if it has settled: its result, or what it rejects with. */
  outcome?: unknown;
  /** What the operation saw, if it has been called. */
  seen?: Call;
  /** When the operation was called. */
  startedAt?: number;
  /** Lets the operation settle. */
  resolve(): void;
  reject(error: unknown): void;
}

export interface Play<L> {
  readonly clock: FakeClock;
  readonly limit: L;
  readonly events: RateLimitEvent[];
  /** Makes a call, and lets everything happen that takes no time. */
  call(init?: CallInit): Promise<Played>;
  /** Lets everything happen that takes no time. */
  settle(): Promise<void>;
}

export function play<L extends Layer>(make: (clock: FakeClock) => L): Play<L> {
  const clock = fakeClock(1_700_000_000_000);
  const limit = make(clock);
  const events: RateLimitEvent[] = [];
  const settle = (): Promise<void> => clock.advance(0);

  async function call(init?: CallInit): Promise<Played> {
    const operation = deferred<string>();
    const played: Played = { resolve: () => operation.resolve("done"), reject: operation.reject };
    const listener: { emit(event: RateLimitEvent): void } = { emit: (event) => void events.push(event) };
    const start = (seen: Call): Promise<string> => {
      played.seen = seen;
      played.startedAt = clock.now();
      return operation.promise;
    };
    const tell = (outcome: unknown): void => void (played.outcome = outcome);
    void limit.run(start, { emit: listener.emit, ...init }).then(tell, tell);
    await settle();
    return played;
  }

  return { clock, limit, events, call, settle };
}

/** An error that says itself what it means. */
export function failure(verdict: Partial<Verdict> = {}): Error {
  const server: Verdict = { action: "retry", kind: "server", processed: "maybe", health: "failure" };
  return Object.assign(new Error("down"), { verdict: { ...server, ...verdict } });
}

/** A 429 that says how long to wait. */
export function throttled(retryAfter: number): Error {
  return failure({ kind: "rate-limit", processed: "no", health: "neutral", retryAfter });
}

/** A promise that the test settles. */
export interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
}

export function deferred<T>(): Deferred<T> {
  let resolve: Deferred<T>["resolve"] = () => {};
  let reject: Deferred<T>["reject"] = () => {};
  const promise = new Promise<T>((onSuccess, onFailure) => {
    resolve = onSuccess;
    reject = onFailure;
  });
  return { promise, resolve, reject };
}
