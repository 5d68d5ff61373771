/** The kinds of responses with which the throughput is measured. */
import type { FetchName } from "./fetches.ts";

/** A kind of response, and who is measured with it. */
export interface Kind {
  readonly what: string;
  /** The provider's path for it. */
  readonly path: string;
  /** The number of requests in each turn, and how many of them run concurrently. */
  readonly times: number;
  readonly concurrency: number;
  readonly target: number;
  readonly others: readonly FetchName[];
}

export const kinds: readonly Kind[] = [
  {
    what: "a JSON answer, 64 at a time",
    path: "/json",
    times: 3_000,
    concurrency: 64,
    target: 1.08,
    others: [
      "ours without layers",
      "ours with both limits",
      "ours with limits, retry, breaker and limiter",
      "read and rebuilt, no more",
      "read and rebuilt under two limits",
      "p-retry",
      "cockatiel",
      "ky",
    ],
  },
  {
    what: "1,000 events, one each ms",
    path: "/stream",
    times: 16,
    concurrency: 16,
    target: 1.1,
    others: ["a second stream, no more", "a second stream, searched"],
  },
  {
    what: "1,000 events at once",
    path: "/burst",
    times: 900,
    concurrency: 1,
    target: 1.1,
    others: ["a second stream, no more", "a second stream, searched"],
  },
  {
    what: "a body of 64 MiB",
    path: "/download",
    times: 16,
    concurrency: 1,
    target: 1.05,
    others: ["a second stream, no more"],
  },
];
