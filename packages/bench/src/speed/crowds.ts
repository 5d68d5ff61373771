/** The measurements of many concurrent calls. */

interface Crowd {
  readonly subject: string;
  readonly title: string;
  /** The numbers of concurrent calls. */
  readonly sizes: readonly number[];
  /** Our targets: nanoseconds a call, from start to settling, and bytes held for each call while all are pending. */
  readonly time: number;
  readonly bytes?: number | undefined;
  /** The reason why ours is slower, if it is. */
  readonly why: string;
}

const pendingWhy = "Each call has its own timer of Node, and its own signal, which follows the caller's.";

const table = {
  waiting: {
    subject: "Semaphore, many waiting",
    title: "10 permits",
    sizes: [1_000, 100_000, 1_000_000],
    time: 1_200,
    why: "A waiting call has its own object, a place in a priority queue, and a way to leave it at once.",
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
