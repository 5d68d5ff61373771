/** What many calls at once are measured by. */

interface Crowd {
  readonly subject: string;
  readonly title: string;
  /** How many calls there are at once. */
  readonly sizes: readonly number[];
  /** What ours aims at: nanoseconds a call, start and settling together, and bytes held for each while all are under way. */
  readonly time: number;
  readonly bytes?: number | undefined;
  /** What ours pays for, where it is behind. */
  readonly why?: string | undefined;
}

const pendingWhy = "Each call has a timer of Node's own, and a signal of its own that hears of the caller's abort.";

const table = {
  waiting: {
    subject: "Semaphore, many waiting",
    title: "10 permits",
    sizes: [1_000, 100_000, 1_000_000],
    time: 1_200,
    why: "Who waits has a call of his own, a place in a queue that knows priorities, and a way to leave it at once.",
  },
  pending: {
    subject: "Timeout, many pending",
    title: "a limit of 30 s",
    sizes: [100_000],
    time: 4_000,
    bytes: 1_500,
    why: pendingWhy,
  },
  pendingLinked: {
    subject: "Timeout, many pending",
    title: "a limit of 30 s under one caller's signal",
    sizes: [100_000],
    time: 4_000,
    bytes: 1_500,
    why: pendingWhy,
  },
} satisfies Record<string, Crowd>;

export type CrowdId = keyof typeof table;
export const crowds: Readonly<Record<CrowdId, Crowd>> = table;
export const crowdIds = Object.keys(table) as CrowdId[];
