/** A whole pipeline under manual control: every operation waits to be settled, every timer to be fired. */
import { CircuitOpenError, circuitBreaker, consecutive, type CircuitBreaker } from "@evenkeel/circuit-breaker";
import { compose, onAbort, type Call, type EndWork, type Layer, type ResilienceEvent } from "@evenkeel/core";
import { RateLimitError, semaphore, type Semaphore } from "@evenkeel/rate-limit";
import { constant, retry, retryBudget, type RetryBudget } from "@evenkeel/retry";
import { timeout, TimeoutError } from "@evenkeel/timeout";
import { HandClock, type NamedTimer } from "./hand-clock.ts";

export interface Terms {
  readonly total: number;
  readonly attempt: number;
  readonly retries: number;
  readonly delay: number;
  /** How many retries the budget starts with. A success adds half of one. */
  readonly reserve: number;
  /** How many failures in a row open the circuit. */
  readonly trip: number;
  readonly openFor: number;
  readonly permits: number;
  readonly maxQueue: number;
  readonly queueTimeout: number;
}

export interface Start {
  readonly hears: Hears;
  readonly patience: number;
  readonly priority: number;
  readonly isLoud: boolean;
}

/** What an operation does by itself. */
export type Hears = "nothing" | "its abort" | "throws at once";

/** The outcome of an operation: a value, a stream that continues, or an error of some kind. */
export const failures = {
  server: { action: "retry", kind: "server", processed: "maybe", health: "failure" },
  overloaded: { action: "retry", kind: "overloaded", processed: "no", health: "failure", retryAfter: 20 },
  limited: { action: "retry", kind: "rate-limit", processed: "no", health: "neutral", retryAfter: 30 },
  invalid: { action: "stop", kind: "invalid-request", processed: "no", health: "neutral" },
} as const;
export type Failure = keyof typeof failures;
export type How = "value" | "stream" | Failure;

function failed(how: Failure, id: string): Error {
  return Object.assign(new Error(`${how} ${id}`), { verdict: failures[how] });
}

/** One attempt that has reached the operation. */
export interface Operation extends Deferred {
  readonly id: string;
  readonly call: Call;
  endWork: EndWork | undefined;
  isSettled: boolean;
}

export class PipelineStage {
  readonly clock = new HandClock();
  readonly budget: RetryBudget;
  readonly breaker: CircuitBreaker;
  readonly limit: Semaphore;
  readonly operations: Operation[] = [];
  readonly outcomes: string[] = [];
  readonly errors: unknown[] = [];
  readonly controllers: AbortController[] = [];
  /** How often each type of event was emitted. */
  readonly told: Record<string, number> = {};
  private readonly pipeline: Layer;

  constructor({ total, attempt, retries, delay, reserve, trip, openFor, ...queue }: Terms) {
    const { clock } = this;
    this.budget = retryBudget({ reserve, deposit: 0.5, clock });
    this.breaker = circuitBreaker({
      trip: consecutive(trip),
      openFor,
      maxOpenFor: openFor,
      probeLease: 1e9,
      random: () => 0,
      clock,
    });
    this.limit = semaphore({ ...queue, priority: ({ cost }) => cost, clock: clock.named("queue") });
    this.pipeline = compose(
      timeout(total, { label: "total", clock: clock.named("total") }),
      retry({
        retries,
        backoff: constant(delay),
        budget: this.budget,
        random: () => 0,
        clock: clock.named("backoff"),
      }),
      this.breaker.gate,
      this.limit,
      this.breaker,
      timeout(attempt, { label: "attempt", clock: clock.named("attempt") }),
    );
  }

  start({ hears, patience, priority, isLoud }: Start): void {
    const call = this.controllers.push(new AbortController()) - 1;
    const operation = (seen: Call): Promise<string> => {
      const id = `${call}.${seen.attempt} at ${this.clock.now()}`;
      const known: Operation = { id, call: seen, ...deferred(), endWork: undefined, isSettled: false };
      const { promise, reject } = known;
      this.operations.push(known);
      if (hears === "throws at once") {
        known.isSettled = true;
        throw failed("server", id);
      }
      if (hears === "its abort") {
        const stop = onAbort(seen.signal, (reason) => {
          known.isSettled = true;
          reject(reason);
        });
        promise.then(stop, stop);
      }
      return promise;
    };
    const emit = ({ type }: ResilienceEvent): void => {
      this.told[type] = (this.told[type] ?? 0) + 1;
      if (isLoud) throw new Error("a listener that throws");
    };
    const tell = (outcome: string, error?: unknown): void => {
      this.outcomes[call] = this.outcomes[call] === undefined ? outcome : "settled twice";
      this.errors[call] = error;
    };
    const { signal } = this.controllers[call]!;
    void this.pipeline
      .run(operation, { signal, deadline: this.clock.now() + patience, cost: priority, emit })
      .then(tell, (error: unknown) => tell(said(error), error));
  }

  settle(operation: Operation, how: How): void {
    operation.isSettled = true;
    if (how === "stream") operation.endWork = operation.call.work.hold();
    if (how === "stream" || how === "value") operation.resolve(`well ${operation.id}`);
    else operation.reject(failed(how, operation.id));
  }

  end(operation: Operation, how: Failure | undefined): void {
    operation.endWork?.(how && failed(how, operation.id));
    operation.endWork = undefined;
  }

  abort(call: number): void {
    this.controllers[call]?.abort(new Error(`abort of ${call}`));
  }

  fire(): NamedTimer | undefined {
    return this.clock.fire();
  }
}

interface Deferred {
  readonly promise: Promise<string>;
  readonly resolve: (value: string) => void;
  readonly reject: (error: unknown) => void;
}

function deferred(): Deferred {
  let settle: Omit<Deferred, "promise"> | undefined;
  const promise = new Promise<string>((resolve, reject) => (settle = { resolve, reject }));
  return { promise, ...settle! };
}

/** Describes an error in a word or two: for a timeout, with the real error that preceded it. */
function said(error: unknown): string {
  if (error instanceof TimeoutError)
    return `timeout ${error.label}, ${error.lastError ? said(error.lastError) : "none"}`;
  if (error instanceof RateLimitError) return `refused ${error.reason}`;
  if (error instanceof CircuitOpenError) return "refused circuit";
  return error instanceof Error ? error.message : String(error);
}
