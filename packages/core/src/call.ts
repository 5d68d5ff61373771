/** The contract: a call, what comes next, and what stands between them. */
import type { Emit } from "./event.ts";
import { neverAborts } from "./never-aborts.ts";
import type { Classify } from "./verdict.ts";
import { startWork, type Work } from "./work.ts";

/** One attempt at an operation, as a layer sees it. Immutable: a layer that changes something passes a copy on. */
export interface Call<Input = unknown> {
  /** What the operation works on: for fetch, the request. */
  readonly input: Input;
  /** Aborts when the caller cancels or an outer layer gives up; its reason is the error to throw. */
  readonly signal: AbortSignal;
  /** Which attempt this is, from 1; set by retry. */
  readonly attempt: number;
  /** The clock's time in ms after which nothing is worth starting; `Infinity` when there is none; set by timeout. */
  readonly deadline: number;
  /** The upstream that the call loads: the partition of breaker and limiter state. */
  readonly key: string;
  /** The units that a limiter charges. */
  readonly cost: number;
  /** When the work has really ended, and which logical call it belongs to. */
  readonly work: Work;
  /** The verdicts of the adapter: how a layer learns what an error means without importing classify. */
  readonly classify?: Classify | undefined;
  /** Where events go; absent when nobody listens. */
  readonly emit?: Emit | undefined;
}

/** What a caller may say of a call. */
export interface CallInit {
  /** Cancels the call; its reason is what the call rejects with. */
  readonly signal?: AbortSignal | undefined;
  /** Clock time in ms after which nothing is worth starting: `systemClock.now() + 30_000`, say, and not a duration. @default Infinity */
  readonly deadline?: number | undefined;
  /** The upstream that the call loads. @default "default" */
  readonly key?: string | undefined;
  /** The units that a limiter charges. @default 1 */
  readonly cost?: number | undefined;
  /** Judges the errors that no layer knows. */
  readonly classify?: Classify | undefined;
  /** Receives the events of the call. */
  readonly emit?: Emit | undefined;
}

/** The operation, the rest of a pipeline, and a bound pipeline are all of this type. */
export type Next<Input, Output> = (call: Call<Input>) => Promise<Output>;

/** Serves any operation: may delay, repeat or refuse, but cannot make up a result. */
export type Middleware = <Input, Output>(call: Call<Input>, next: Next<Input, Output>) => Promise<Output>;

/** Knows its input or output: a fallback, a cache, an HTTP header. */
export type MiddlewareFor<Input, Output> = (call: Call<Input>, next: Next<Input, Output>) => Promise<Output>;

/** Makes the call of an operation's first attempt. */
export function startCall<Input>(
  input: Input,
  { signal = neverAborts(), deadline = Infinity, key = "default", cost = 1, classify, emit }: CallInit = {},
): Call<Input> {
  return { input, signal, attempt: 1, deadline, key, cost, work: startWork(), classify, emit: emit && guarded(emit) };
}

/** A listener's failure is its own: it cannot break the call that it listens to. */
function guarded(emit: Emit): Emit {
  return (event) => {
    try {
      const result: unknown = emit(event);
      if (result instanceof Promise) result.catch(() => {});
    } catch {}
  };
}
