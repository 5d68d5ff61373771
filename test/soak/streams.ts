/** Thousands of concurrent streams, over real sockets, that end in every way that a caller can cause. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { resilientFetch } from "@evenkeel/fetch";
import { semaphore } from "@evenkeel/rate-limit";
import { seededRandom } from "@evenkeel/testkit";
import type { Load, Started } from "./measure.ts";

/** The last two are what some clients do when a loop over a stream is left, or a response is discarded. */
const fates = ["ends", "is cut", "is cancelled", "is aborted", "is left", "is never read"] as const;

export const streams: readonly Load[] = [
  // Two rounds, because undici keeps an object for each connection of the largest number that was open at once.
  {
    name: "open streams of resilientFetch",
    calls: 10_000,
    warmUp: (calls) => calls,
    mayGrow: 4_096,
    start: openStreams,
  },
];

async function openStreams(): Promise<Started> {
  const provider = fork(join(import.meta.dirname, "provider.ts"));
  const [port] = (await once(provider, "message")) as [number];
  const random = seededRandom(7);
  const shared = new AbortController();
  const limit = semaphore({ permits: Infinity });
  const key = `http://127.0.0.1:${port}`;
  const resilient = resilientFetch({ rateLimit: limit, unreadTimeout: 5_000 });

  /** Opens a stream, and returns a function that ends it. */
  async function open(): Promise<() => Promise<void>> {
    const fate = fates[Math.floor(random() * fates.length)]!;
    const own = new AbortController();
    const { body } = await resilient(`${key}/v1/chat/completions?fate=${encodeURIComponent(fate)}`, {
      method: "POST",
      body: JSON.stringify({ stream: true, messages: [] }),
      signal: fate === "is aborted" ? own.signal : shared.signal,
    });
    const reader = body!.getReader();
    if (fate === "is never read") return async () => {};
    if (fate === "is left") return async () => void (await reader.read().catch(() => {}));
    const over = readAll(reader);
    return async () => {
      if (fate === "is cancelled") await reader.cancel();
      if (fate === "is aborted") own.abort(new Error("cancelled by its caller"));
      await over;
    };
  }

  return {
    signal: shared.signal,
    held: () => limit.active(key) + limit.waiting(key),
    async run(times) {
      const ends: (() => Promise<void>)[] = [];
      for (let left = times; left > 0; left -= 100)
        ends.push(...(await Promise.all(Array.from({ length: Math.min(100, left) }, open))));
      provider.send("end what is to end");
      await Promise.all(ends.map((end) => end()));
      await until(() => limit.active(key) === 0);
      // What a connection is kept alive for.
      await until(() => !process.getActiveResourcesInfo().includes("TCPSocketWrap"));
    },
    async stop() {
      provider.disconnect();
      await once(provider, "exit");
    },
  };
}

async function readAll(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  try {
    while (!(await reader.read()).done);
  } catch {
    // It was cut or aborted.
  }
}

async function until(isSo: () => boolean): Promise<void> {
  for (let looks = 0; looks < 300 && !isSo(); looks++) await wait(100);
}
