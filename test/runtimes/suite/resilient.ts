/** The resilient fetch over the runtime's own, against a server that fails. */
import { circuitBreaker, consecutive } from "@evenkeel/circuit-breaker";
import type { ResilienceEvent } from "@evenkeel/core";
import { resilientFetch, StreamError, type ResilientFetchOptions } from "@evenkeel/fetch";
import { semaphore } from "@evenkeel/rate-limit";
import { constant, retry } from "@evenkeel/retry";
import { TimeoutError } from "@evenkeel/timeout";
import { failureOf, post, readAll, wait, type Cases, type World } from "./case.ts";

const path = "v1/chat/completions";
const patient = { connect: 10_000, firstContent: 10_000, gap: 10_000, total: 20_000 };
const impatient = { ...patient, firstContent: 400, gap: 400 };

/** A resilient fetch without long waits, and how many attempts it made. */
function resilient(options: ResilientFetchOptions = {}): { ask: typeof fetch; attempts: () => number } {
  let attempts = 0;
  const ask = resilientFetch({
    profile: patient,
    retry: retry({ retries: 2, backoff: constant(5) }),
    emit: ({ type }: ResilienceEvent) => void (type === "attempt" && attempts++),
    ...options,
  });
  return { ask, attempts: () => attempts };
}

/** A path whose fault befalls the first request alone. */
function once({ server }: World, fault: string): string {
  return `${server}/once/${fault}/${Math.random()}/${path}`;
}

/** What an answer says, in either form. */
function said(text: string): string {
  return [...text.matchAll(/"content":"([^"]*)"/g)].map(([, word]) => word).join("");
}

function survives(fault: string, stream = false, options: ResilientFetchOptions = {}): Cases[string] {
  return {
    async act(world) {
      const { ask, attempts } = resilient(options);
      const response = await ask(once(world, fault), post(stream));
      const { text, error } = await readAll(response);
      // Deno and Chromium send again by themselves when a connection that they kept turns out to be gone.
      return [response.status, said(text), String(error), attempts() <= 2];
    },
    expected: [200, "Hello from the fault server.", "undefined", true],
  };
}

/** What becomes of a stream that fails after its first words. */
async function breaksOff({ server }: World, fault: string): Promise<unknown> {
  const { ask, attempts } = resilient({ profile: impatient });
  const { text, error } = await readAll(await ask(`${server}/${fault}/${path}`, post(true)));
  const kind = error instanceof StreamError ? error.code : error instanceof TimeoutError && error.code;
  return [said(text), kind, attempts()];
}

export const resilientCases: Cases = {
  "an answer comes through": {
    async act({ server }) {
      const { ask, attempts } = resilient();
      const response = await ask(`${server}/${path}`, post());
      const { choices } = (await response.json()) as { choices: [{ message: { content: string } }] };
      return [choices[0].message.content, attempts()];
    },
    expected: ["Hello from the fault server.", 1],
  },
  "a stream comes through": {
    async act({ server }) {
      const { ask } = resilient();
      const { text, error } = await readAll(await ask(`${server}/splitBytes/${path}`, post(true)));
      return [said(text), text.endsWith("data: [DONE]\n\n"), String(error)];
    },
    expected: ["Hello from the fault server.", true, "undefined"],
  },
  "an overloaded provider is asked again": survives("unavailable"),
  "a reset connection is made again": survives("resetBeforeHeaders"),
  "a reset stream is made again before its content": survives("resetAfterHeaders", true),
  "an error in the first event is asked again": survives("errorFirst", true),
  "an error with status 200 is asked again": survives("okErrorJson"),
  "a stall before the headers is cut and asked again": survives("stallBeforeHeaders", false, { profile: impatient }),
  "a stall before the content is cut and asked again": survives("stallBeforeContent", true, { profile: impatient }),

  "a refused connection is tried again, and then rejects with the real error": {
    async act({ refused }) {
      const { ask, attempts } = resilient();
      const error = await failureOf(ask(`${refused}/${path}`, post()));
      return [error instanceof Error, attempts()];
    },
    expected: [true, 3],
  },
  "a name that does not exist rejects with the real error": {
    async act({ unknown }) {
      const error = await failureOf(resilient().ask(`${unknown}/${path}`, post()));
      return error instanceof Error && error.name !== "AbortError";
    },
    expected: true,
  },
  "a failure that stays is handed back as the response that it was": {
    async act({ server }) {
      const { ask, attempts } = resilient();
      const response = await ask(`${server}/serverError/${path}`, post());
      const { error } = (await response.json()) as { error: object };
      return [response.status, typeof error, attempts()];
    },
    expected: [500, "object", 3],
  },
  "a request that is a Request is sent again with its body": {
    async act(world) {
      const { ask, attempts } = resilient();
      const response = await ask(new Request(once(world, "unavailable"), post()));
      return [response.status, said(await response.text()), attempts()];
    },
    expected: [200, "Hello from the fault server.", 2],
  },
  "a limit is a TimeoutError and no AbortError": {
    async act({ server }) {
      const { ask } = resilient({ profile: { ...impatient, total: 300 } });
      const error = await failureOf(ask(`${server}/stallBeforeHeaders/${path}`, post()));
      return error instanceof TimeoutError && [error.name, error.label, error.limit];
    },
    expected: ["TimeoutError", "total", 300],
  },
  "a stream that is cut errs after what had come": {
    act: (world) => breaksOff(world, "cutMiddle"),
    expected: ["Hello from ", "STREAM_FAILED", 1],
  },
  "a stream that is reset errs after what had come": {
    act: (world) => breaksOff(world, "resetMiddle"),
    expected: ["Hello from ", "STREAM_FAILED", 1],
  },
  "a stream that ends without its terminator errs": {
    act: (world) => breaksOff(world, "endMiddle"),
    expected: ["Hello from ", "STREAM_FAILED", 1],
  },
  "a stream that stalls errs with a timeout": {
    act: (world) => breaksOff(world, "stallMiddle"),
    expected: ["Hello from ", "TIMEOUT", 1],
  },
  "an abort before the answer rejects with the caller's own reason": {
    async act({ server }) {
      const { ask } = resilient();
      const caller = new AbortController();
      const reason = new RangeError("mine");
      setTimeout(() => caller.abort(reason), 100);
      const error = await failureOf(
        ask(`${server}/stallBeforeHeaders/${path}`, post(false, { signal: caller.signal })),
      );
      return error === reason;
    },
    expected: true,
  },
  "an abort in mid-body reaches the reader with the caller's own reason": {
    async act({ server }) {
      const { ask } = resilient();
      const caller = new AbortController();
      const reason = new RangeError("mine");
      const response = await ask(`${server}/stallMiddle/${path}`, post(true, { signal: caller.signal }));
      setTimeout(() => caller.abort(reason), 100);
      const { text, error } = await readAll(response);
      return [said(text), error === reason];
    },
    expected: ["Hello from ", true],
  },
  "a permit is held until the body is cancelled": {
    async act({ server }) {
      const limit = semaphore({ permits: 1 });
      const { ask } = resilient({ rateLimit: limit });
      const key = new URL(server).origin;
      const response = await ask(`${server}/stallMiddle/${path}`, post(true));
      const reader = response.body!.getReader();
      await reader.read();
      const held = limit.active(key);
      await reader.cancel();
      await wait(20);
      return [held, limit.active(key)];
    },
    expected: [1, 0],
  },
  "an open circuit refuses without a request": {
    async act({ refused }) {
      const breaker = circuitBreaker({ trip: consecutive(2) });
      const { ask, attempts } = resilient({ breaker, retry: (call, next) => next(call) });
      for (let call = 0; call < 3; call++) await failureOf(ask(`${refused}/${path}`, post()));
      return [attempts(), breaker.state(new URL(refused).origin)];
    },
    expected: [2, "open"],
  },
};
