/** Each layer alone, and all of them composed, on the runtime's own clock, timers, signals and streams. */
import { circuitBreaker, consecutive } from "@evenkeel/circuit-breaker";
import { compose, ResilienceError, sleep, systemClock, wrap, type Call, type ResilienceEvent } from "@evenkeel/core";
import { semaphore, tokenBucket } from "@evenkeel/rate-limit";
import { constant, retry } from "@evenkeel/retry";
import { idleTimeout, timeout, TimeoutError } from "@evenkeel/timeout";
import * as breakerSnippet from "../../packed/snippets/circuit-breaker.ts";
import * as classifySnippet from "../../packed/snippets/classify.ts";
import * as fetchSnippet from "../../packed/snippets/fetch.ts";
import * as rateLimitSnippet from "../../packed/snippets/rate-limit.ts";
import * as retrySnippet from "../../packed/snippets/retry.ts";
import * as timeoutSnippet from "../../packed/snippets/timeout.ts";
import { failureOf, wait, type Cases } from "./case.ts";

const snippets = {
  "circuit-breaker": breakerSnippet,
  classify: classifySnippet,
  fetch: fetchSnippet,
  "rate-limit": rateLimitSnippet,
  retry: retrySnippet,
  timeout: timeoutSnippet,
};

export const layers: Cases = {
  ...Object.fromEntries(
    Object.entries(snippets).map(([name, { snippet, expected }]) => [
      `${name} does its job`,
      { act: snippet, expected },
    ]),
  ),

  "every layer runs an operation by itself, and all of them as one": {
    async act() {
      const all = [
        timeout(10_000),
        retry(),
        circuitBreaker(),
        semaphore({ permits: 2 }),
        tokenBucket({ limit: 9, interval: 1_000 }),
      ];
      const alone = await Promise.all(all.map((layer) => layer.run(({ attempt }) => attempt)));
      return [...alone, await compose(...all).run(({ key }) => key)];
    },
    expected: [1, 1, 1, 1, 1, "default"],
  },

  "a wrapped operation is retried, and its listener is told": {
    async act() {
      const events: string[] = [];
      const greet = wrap(
        async ({ input, attempt }: Call<string>) => {
          if (attempt < 3) throw new Error("down");
          return `ahoy, ${input}`;
        },
        timeout(10_000, { label: "total" }),
        retry({ retries: 3, backoff: constant(1) }),
        circuitBreaker({ trip: consecutive(9) }),
        semaphore({ permits: 1 }),
      );
      const emit = ({ type }: ResilienceEvent): void => void events.push(type);
      return [await greet("sailor", { emit }), events.filter((type) => type === "retry")];
    },
    expected: ["ahoy, sailor", ["retry", "retry"]],
  },

  "a limit cuts an operation that hears its signal, with one and the same error": {
    async act() {
      let reason: unknown;
      const error = await failureOf(
        timeout(20).run(({ signal }) => {
          signal.addEventListener("abort", () => (reason = signal.reason));
          return sleep(systemClock, 10_000, signal);
        }),
      );
      return [error instanceof TimeoutError, error instanceof ResilienceError, error === reason];
    },
    expected: [true, true, true],
  },

  "an abort ends a backoff and a queue at once, with the caller's own reason": {
    async act() {
      const reason = new Error("enough");
      const limit = semaphore({ permits: 1 });
      const blocking = limit.run(() => wait(200));
      const ended = await Promise.all(
        [retry({ backoff: constant(60_000) }), limit].map(async (layer) => {
          const caller = new AbortController();
          const call = layer.run(() => Promise.reject(new Error("down")), { signal: caller.signal });
          setTimeout(() => caller.abort(reason), 20);
          return (await failureOf(call)) === reason;
        }),
      );
      await blocking;
      return [...ended, limit.active()];
    },
    expected: [true, true, 0],
  },

  "a circuit opens, refuses, is probed and closes": {
    async act() {
      const breaker = circuitBreaker({ trip: consecutive(1), openFor: 30, random: () => 0 });
      await failureOf(breaker.run(() => Promise.reject(new Error("down"))));
      const open = breaker.state();
      await wait(60);
      const probe = await breaker.run(() => "well");
      return [open, probe, breaker.state()];
    },
    expected: ["open", "well", "closed"],
  },

  "tokens come back with time": {
    async act() {
      const bucket = tokenBucket({ limit: 1, interval: 40 });
      const [first, second] = [await bucket.run(() => 1), await bucket.run(() => 2)];
      return [first, second];
    },
    expected: [1, 2],
  },

  "a stream that stalls errs after what had come was delivered": {
    async act() {
      const source = new ReadableStream<string>({ start: (controller) => controller.enqueue("first") });
      const reader = idleTimeout(source, { gap: 40 }).getReader();
      const { value } = await reader.read();
      const error = await failureOf(reader.read());
      return [value, error instanceof TimeoutError];
    },
    expected: ["first", true],
  },

  "an iterable that stalls ends likewise": {
    async act() {
      async function* source(): AsyncGenerator<string> {
        yield "first";
        await new Promise(() => {});
      }
      const seen: string[] = [];
      const error = await failureOf(
        (async () => {
          for await (const value of idleTimeout(source(), { gap: 40 })) seen.push(value);
        })(),
      );
      return [seen, error instanceof TimeoutError];
    },
    expected: [["first"], true],
  },
};
