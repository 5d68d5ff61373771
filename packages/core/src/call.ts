/** The contract: a call, the `next` it goes to, and the middleware in between. */
import type { Emit } from "./event.ts";
import { neverAborts } from "./never-aborts.ts";
import { quietly } from "./quietly.ts";
import type { Classify } from "./verdict.ts";
import { AttemptWork, type Work } from "./work.ts";

/** One attempt at an operation, as a layer sees it. Immutable: to change something, pass a copy to `next`. */
export interface Call<Input = unknown> {
  /** The operation's input: for fetch, the request. */
  readonly input: Input;
  /** Aborts when the caller cancels or an outer layer gives up. Its reason is the error to throw. */
  readonly signal: AbortSignal;
  /** The number of this attempt, starting at 1. Set by retry. */
  readonly attempt: number;
  /** Clock time, in ms, after which nothing is worth starting; `Infinity` for none. Set by timeout. */
  readonly deadline: number;
  /** Identifies the upstream. Breakers and limiters keep separate state for each key. */
  readonly key: string;
  /** How many units a limiter charges for the call. */
  readonly cost: number;
  /** Tracks when the work has actually ended, and which logical call it belongs to. */
  readonly work: Work;
  /** The adapter's classifier: tells a layer what an error means, so that the layer need not depend on classify. */
  readonly classify?: Classify | undefined;
  /** Receives events. Absent when nobody listens. */
  readonly emit?: Emit | undefined;
}

/** What a caller can set on a call. */
export interface CallInit {
  /** Cancels the call, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Clock time, in ms, after which nothing is worth starting: `systemClock.now() + 30_000`, for example, not a duration. @default Infinity */
  readonly deadline?: number | undefined;
  /** Identifies the upstream. Breakers and limiters keep separate state for each key. @default "default" */
  readonly key?: string | undefined;
  /** How many units a limiter charges for the call. @default 1 */
  readonly cost?: number | undefined;
  /** Classifies errors that neither the layer nor the error itself has a verdict on. */
  readonly classify?: Classify | undefined;
  /** Receives the call's events. */
  readonly emit?: Emit | undefined;
}

/** What a middleware calls next: another layer, or the operation. It may be called again, as a retry does. */
export type Next<Input, Output> = (call: Call<Input>) => Promise<Output>;

/** A middleware for any operation: it can delay, repeat or refuse a call, but cannot produce a result of its own. */
export type Middleware = <Input, Output>(call: Call<Input>, next: Next<Input, Output>) => Promise<Output>;

/** A middleware for a specific input or output type, such as a fallback, a cache or one that sets an HTTP header. */
export type MiddlewareFor<Input, Output> = (call: Call<Input>, next: Next<Input, Output>) => Promise<Output>;

/** Creates the call of an operation's first attempt. */
export function startCall<Input>(
  input: Input,
  { signal = neverAborts(), deadline = Infinity, key = "default", cost = 1, classify, emit }: CallInit = {},
): Call<Input> {
  return {
    input,
    signal,
    attempt: 1,
    deadline,
    key,
    cost,
    work: new AttemptWork(),
    classify,
    emit: emit && guarded(emit),
  };
}

/** Keeps a failing listener from breaking the call that it listens to. */
function guarded(emit: Emit): Emit {
  return (event) =>
    quietly(() => {
      const result: unknown = emit(event);
      // Not by `instanceof`: the global may have been replaced, or the promise may be of another realm.
      if (typeof result === "object") Promise.resolve(result).catch(() => {});
    });
}
