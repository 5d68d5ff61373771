/** What is timed, and what is aimed at. */
import { bareAnswer, bareFailure, bareFlaky, failed } from "./bare.ts";

/** What is timed: awaits of it. */
export type Timed = () => unknown;

interface Operation {
  /** The table that it stands in. */
  readonly subject: string;
  readonly title: string;
  /** What the ratio is to. @default an `await` of the bare async function */
  readonly floor?: (() => Timed) | undefined;
  /** The ratio that ours aims at. */
  readonly ratio?: number | undefined;
  /** The nanoseconds that ours aims at. */
  readonly time?: number | undefined;
  /** The bytes that ours aims at. */
  readonly bytes?: number | undefined;
  /** What ours pays for, where it is behind. */
  readonly why?: string | undefined;
  /** Whether an outcome is right; what times an error is worth nothing. @default it is the answer */
  readonly isRight?: ((outcome: unknown) => boolean) | undefined;
}

const isFailure = (outcome: unknown): boolean => outcome === failed || outcome === 42;
const isRefusal = (outcome: unknown): boolean => outcome instanceof Error && outcome !== failed;

const table = {
  retrySuccess: { subject: "Retry", title: "around a success", ratio: 2.5 },
  retryFailures: {
    subject: "Retry",
    title: "two failures, then success, no delay",
    floor: bareFlaky,
    ratio: 1.3,
  },
  breakerCount: { subject: "Circuit breaker", title: "closed, window of 100 calls", ratio: 2.5 },
  breakerMillion: { subject: "Circuit breaker", title: "closed, full window of 1,000,000 calls", ratio: 2.5 },
  breakerTime: { subject: "Circuit breaker", title: "closed, window of 30 s", ratio: 2.5 },
  breakerFailure: {
    subject: "Circuit breaker",
    title: "a failure, 1,000 calls in the window",
    floor: bareFailure,
    isRight: isFailure,
    time: 2_200,
  },
  breakerManyFailure: {
    subject: "Circuit breaker",
    title: "a failure, 100,000 calls in the window",
    floor: bareFailure,
    isRight: isFailure,
    time: 2_200,
  },
  breakerOpen: {
    subject: "Circuit breaker",
    title: "open",
    floor: bareFailure,
    isRight: isRefusal,
    ratio: 1.5,
  },
  semaphore: { subject: "Semaphore", title: "a permit is free", ratio: 2.1 },
  tokenBucket: { subject: "Rate limit", title: "a token is there", ratio: 2.5 },
  timeout: { subject: "Timeout", title: "around a result", ratio: 10 },
  timeoutRead: { subject: "Timeout", title: "around a result, its signal looked at", ratio: 10 },
  timeoutSignal: { subject: "Timeout", title: "under a caller's signal", ratio: 12 },
  timeoutShared: { subject: "Timeout", title: "under a signal that 1,000 pending calls share", ratio: 12 },
  timeoutManyShared: { subject: "Timeout", title: "under a signal that 100,000 pending calls share", ratio: 12 },
  pipeline: { subject: "Pipeline", title: "timeout, retry, breaker and semaphore", ratio: 15, bytes: 3_000 },
  nothing: { subject: "Pipeline", title: "six layers that do nothing" },
} satisfies Record<string, Operation>;

export type OperationId = keyof typeof table;
export const operations: Readonly<Record<OperationId, Operation>> = table;
export const operationIds = Object.keys(table) as OperationId[];

/** Returns the floor of an operation. */
export function floorOf(id: OperationId): Timed {
  return (operations[id].floor ?? bareAnswer)();
}

/**
 * Calls what is timed once.
 * @throws {Error} The outcome is not what the operation is for.
 */
export async function check(id: OperationId, timed: Timed): Promise<void> {
  const { isRight = (outcome: unknown) => outcome === 42, title } = operations[id];
  const outcome = await timed();
  if (!isRight(outcome)) throw new Error(`Expected another outcome of "${title}"`, { cause: outcome });
}
