/** A breaker that a test plays by hand: time stands still, chance is 0, and every event is kept. */
import type { CallInit, ResilienceEvent, Verdict } from "@evenkeel/core";
import { fakeClock, mockNext, type FakeClock, type MockRequest } from "@evenkeel/testkit";
import { circuitBreaker, type CircuitBreaker, type CircuitBreakerOptions, type CircuitEvent } from "../src/index.ts";

export interface Play {
  readonly clock: FakeClock;
  readonly breaker: CircuitBreaker;
  readonly events: CircuitEvent[];
  /** Starts a call, and waits until it has reached the operation. */
  start(init?: CallInit): Promise<Started>;
  /** Makes a call that ends at once: well, or with what is given. */
  send(init?: CallInit, error?: unknown): Promise<unknown>;
  /** Makes calls that fail, one after another. */
  fail(times: number, error?: unknown): Promise<void>;
  /** Makes calls that succeed, one after another. */
  succeed(times: number): Promise<void>;
}

export interface Started extends MockRequest<string> {
  /** What the caller gets: the answer, or what was thrown. */
  readonly outcome: Promise<unknown>;
}

export const boom = new Error("boom");

export function play(options: CircuitBreakerOptions = {}, clock: FakeClock = fakeClock(1_700_000_000_000)): Play {
  const events: CircuitEvent[] = [];
  const keep = { emit: (event: ResilienceEvent) => void events.push(event as CircuitEvent) };
  const breaker = circuitBreaker({ clock, random: () => 0, ...keep, ...options });
  const { next, request } = mockNext<string>();

  async function send(init?: CallInit, error?: unknown): Promise<unknown> {
    const operation = async (): Promise<string> => {
      if (error !== undefined) throw error;
      return "ok";
    };
    return settled(breaker.run(operation, { ...keep, ...init }));
  }

  return {
    clock,
    breaker,
    events,
    async start(init) {
      const outcome = settled(breaker.run(next, { ...keep, ...init }));
      return { ...(await request()), outcome };
    },
    send,
    async fail(times, error = boom) {
      for (let i = 0; i < times; i++) await send({}, error);
    },
    async succeed(times) {
      for (let i = 0; i < times; i++) await send();
    },
  };
}

/** Resolves either way, so that a test may look at the outcome when it likes. */
export function settled(promise: Promise<unknown>): Promise<unknown> {
  return promise.catch((error: unknown) => error);
}

/** An error that says itself what it means. */
export function judged(verdict: Partial<Verdict>): Error {
  return Object.assign(new Error(JSON.stringify(verdict)), { verdict: { action: "retry", ...verdict } });
}

/** What a time limit of the toolkit aborts with. */
export function timeLimit(): Error {
  return Object.assign(judged({ kind: "timeout", health: "failure" }), { code: "TIMEOUT" });
}
