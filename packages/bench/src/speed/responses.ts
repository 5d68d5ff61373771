/** The kinds of responses with which the throughput is measured. */
import type { Fetch, FetchName } from "./fetches.ts";

const messages = [{ role: "user" as const, content: "x".repeat(500) }];
const request = {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ model: "mock", stream: false, messages }),
};

async function asJson(fetch: Fetch, url: string): Promise<void> {
  const response = await fetch(url, request);
  await response.json();
}

async function asBytes(fetch: Fetch, url: string): Promise<void> {
  const response = await fetch(url, request);
  for await (const chunk of response.body!) void chunk;
}

async function withSdk(fetch: Fetch, url: string): Promise<void> {
  const { OpenAI } = await import("openai");
  const client = new OpenAI({ apiKey: "none", baseURL: url, fetch: fetch as typeof globalThis.fetch, maxRetries: 0 });
  const chunks = await client.chat.completions.create({ model: "mock", stream: true, messages });
  for await (const chunk of chunks) void chunk;
}

/** A kind of response, and who is measured with it. */
export interface Kind {
  readonly what: string;
  /** The provider's path for it. */
  readonly path: string;
  /** Sends a request for it, and reads the answer to its end. */
  readonly ask: (fetch: Fetch, url: string) => Promise<void>;
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
    ask: asJson,
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
    ask: asBytes,
    times: 16,
    concurrency: 16,
    target: 1.1,
    others: ["a second stream, no more", "a second stream, searched"],
  },
  {
    what: "1,000 events, read by OpenAI's SDK",
    path: "/sdk",
    ask: withSdk,
    times: 16,
    concurrency: 16,
    target: 1.1,
    others: ["a second stream, no more", "a second stream, searched"],
  },
  {
    what: "1,000 events at once",
    path: "/burst",
    ask: asBytes,
    times: 900,
    concurrency: 1,
    target: 1.1,
    others: ["a second stream, no more", "a second stream, searched"],
  },
  {
    what: "a body of 64 MiB",
    path: "/download",
    ask: asBytes,
    times: 16,
    concurrency: 1,
    target: 1.05,
    others: ["a second stream, no more"],
  },
];
