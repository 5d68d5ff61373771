/** The operations that are timed, and our targets. */
import { bareAnswer, bareFailure, bareFlaky, failed } from "./bare.ts";

/** A call to time, together with the `await` of its result. */
export type Timed = () => unknown;

interface Operation {
  /** The heading that it is listed under. */
  readonly subject: string;
  readonly title: string;
  /** What ratios are relative to. @default an `await` of the bare async function */
  readonly floor?: (() => Timed) | undefined;
  /** Our target ratio. */
  readonly ratio?: number | undefined;
  /** Our target time, in nanoseconds. */
  readonly time?: number | undefined;
  /** Our target allocation, in bytes. */
  readonly bytes?: number | undefined;
  /** The reason why ours is slower, if it is. */
  readonly why: string;
  /** Tells whether an outcome is right, because the time of a mistake is worthless. @default whether it is the answer */
  readonly isRight?: ((outcome: unknown) => boolean) | undefined;
}

const isFailure = (outcome: unknown): boolean => outcome === failed;
const isRefusal = (outcome: unknown): boolean => outcome instanceof Error && outcome !== failed;

const windowWhy =
  "It waits for the end of the work, which may come after the promise has settled, and looks up the circuit by key, since each upstream has its own.";
const failureWhy =
  "It classifies the error, and remembers the logical call, so that a further failure of the same call does not count.";
const limitWhy = "Each call has its own timer of Node, and its own controller and signal.";
const linkedWhy = "As around a result, plus a place in the list of listeners for the caller's abort.";

const table = {
  retrySuccess: {
    subject: "Retry",
    title: "around a success",
    ratio: 2.5,
    why: "Each call is an object, with its own record of the work.",
  },
  retryFailures: {
    subject: "Retry",
    title: "two failures, then success, no delay",
    floor: bareFlaky,
    ratio: 1.3,
    why: "A failure is classified, and each further attempt is a call object with its own work, so that permits, verdicts and signals belong to one attempt.",
  },
  breakerCount: {
    subject: "Circuit breaker",
    title: "closed, window of 100 calls",
    ratio: 2.5,
    why: windowWhy,
  },
  breakerMillion: {
    subject: "Circuit breaker",
    title: "closed, full window of 1,000,000 calls",
    ratio: 2.5,
    why: windowWhy,
  },
  breakerTime: {
    subject: "Circuit breaker",
    title: "closed, window of 30 s",
    ratio: 2.5,
    why: "It reads the clock at each call, in addition to the cost of a window of calls.",
  },
  breakerFailure: {
    subject: "Circuit breaker",
    title: "a failure, 1,000 calls in the window",
    floor: bareFailure,
    isRight: isFailure,
    time: 2_200,
    why: failureWhy,
  },
  breakerManyFailure: {
    subject: "Circuit breaker",
    title: "a failure, 100,000 calls in the window",
    floor: bareFailure,
    isRight: isFailure,
    time: 2_200,
    why: failureWhy,
  },
  breakerOpen: {
    subject: "Circuit breaker",
    title: "open",
    floor: bareFailure,
    isRight: isRefusal,
    ratio: 1.5,
    why: "It creates a new error with the time until the next probe.",
  },
  semaphore: {
    subject: "Semaphore",
    title: "a permit is free",
    ratio: 2.1,
    why: "The permit is held until the work ends, including a streamed body; a peer's is released with the promise.",
  },
  tokenBucket: {
    subject: "Rate limit",
    title: "a token is there",
    ratio: 2.5,
    why: "It reads the clock, and settles with the actual cost when the work ends.",
  },
  timeout: {
    subject: "Timeout",
    title: "around a result",
    ratio: 10,
    why: limitWhy,
  },
  timeoutRead: {
    subject: "Timeout",
    title: "around a result, its signal looked at",
    ratio: 10,
    why: limitWhy,
  },
  timeoutSignal: {
    subject: "Timeout",
    title: "under a caller's signal",
    ratio: 12,
    why: linkedWhy,
  },
  timeoutShared: {
    subject: "Timeout",
    title: "under a signal that 1,000 pending calls share",
    ratio: 12,
    why: linkedWhy,
  },
  timeoutManyShared: {
    subject: "Timeout",
    title: "under a signal that 100,000 pending calls share",
    ratio: 12,
    why: linkedWhy,
  },
  pipeline: {
    subject: "Pipeline",
    title: "timeout, retry, breaker and semaphore",
    ratio: 15,
    bytes: 3_000,
    why: "The timeout is about half of it.",
  },
  nothing: {
    subject: "Pipeline",
    title: "six layers that do nothing",
    why: "It creates a call, and passes it through six functions.",
  },
} satisfies Record<string, Operation>;

export type OperationId = keyof typeof table;
export const operations: Readonly<Record<OperationId, Operation>> = table;
export const operationIds = Object.keys(table) as OperationId[];

/** Returns the floor of an operation. */
export function floorOf(id: OperationId): Timed {
  return (operations[id].floor ?? bareAnswer)();
}

/**
 * Checks the outcome of a call, or of a second one, because the first may be the one in a hundred that does not fail.
 * @throws {Error} The outcome is not the expected one.
 */
export async function check(id: OperationId, timed: Timed): Promise<void> {
  const { isRight = (outcome: unknown) => outcome === 42, title } = operations[id];
  if (isRight(await timed())) return;
  const outcome = await timed();
  if (!isRight(outcome)) throw new Error(`Expected another outcome of "${title}"`, { cause: outcome });
}
