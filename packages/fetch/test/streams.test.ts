import { Readable } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import { circuitBreaker, consecutive } from "@evenkeel/circuit-breaker";
import type { ResilienceEvent } from "@evenkeel/core";
import { resilientFetch, StreamError, wrapFetch } from "@evenkeel/fetch";
import { semaphore, tokenBucket } from "@evenkeel/rate-limit";
import { constant, retry } from "@evenkeel/retry";
import { fakeClock, type FakeClock } from "@evenkeel/testkit";
import { timeout, TimeoutError } from "@evenkeel/timeout";
import { describe, expect, it, vi } from "vitest";
import { chatUrl, chunk, done, feed, post, whole, type Feed, type Fetch } from "./answers.ts";

const limits = { connect: 1_000, firstContent: 1_000, gap: 1_000, total: 60_000 };

/** A fetch whose streams a test feeds by hand. */
function streaming(): { fetch: Fetch; feeds: Feed[]; signals: (AbortSignal | null | undefined)[] } {
  const feeds: Feed[] = [];
  const signals: (AbortSignal | null | undefined)[] = [];
  return {
    feeds,
    signals,
    fetch: async (_input, init) => {
      signals.push(init?.signal);
      const next = feed();
      feeds.push(next);
      return next.response;
    },
  };
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** Reads ten chunks, of which one is sent every `ms` milliseconds, and returns the error that came in between. */
async function readOn(
  reader: ReadableStreamDefaultReader,
  clock: FakeClock,
  ms: number,
  sendOne: () => void,
): Promise<Error | undefined> {
  for (let turn = 0; turn < 10; turn++) {
    const read = reader.read().then(
      () => undefined,
      (error: Error) => error,
    );
    const stop = clock.after(ms - 1, sendOne);
    await clock.advance(ms);
    stop();
    const error = await read;
    if (error) return error;
  }
  return undefined;
}

describe("a streamed body", () => {
  it("is not ended by the limit to its first content, however long it lasts", async () => {
    const clock = fakeClock();
    const { fetch, feeds } = streaming();
    const asked = resilientFetch({ fetch, clock, profile: limits })(chatUrl, post);
    await settled();
    feeds[0]!.send(chunk("a"));
    const reader = (await asked).body!.getReader();
    await reader.read();
    for (let turn = 0; turn < 20; turn++) {
      const read = reader.read();
      await clock.advance(900);
      feeds[0]!.send(chunk("b"));
      expect((await read).done).toBe(false);
    }
    feeds[0]!.send(done);
    feeds[0]!.end();
    await reader.read();
    expect((await reader.read()).done).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it("hands the chunks on as the same objects", async () => {
    const bytes = [chunk("a"), chunk("b"), done].map((text) => new TextEncoder().encode(text));
    const source = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const each of bytes) controller.enqueue(each);
        controller.close();
      },
    });
    const fetch: Fetch = async () => new Response(source, { headers: { "content-type": "text/event-stream" } });
    const response = await resilientFetch({ fetch })(chatUrl, post);
    const seen: Uint8Array[] = [];
    for await (const each of response.body!) seen.push(each);
    expect(seen).toHaveLength(3);
    seen.forEach((each, index) => expect(each).toBe(bytes[index]));
  });

  it("fails with the caller's own reason when the caller aborts before having read a complete answer", async () => {
    const caller = new AbortController();
    const upstream = feed();
    upstream.send(`${chunk("a")}${done}`);
    const response = await resilientFetch({ fetch: async () => upstream.response })(chatUrl, {
      ...post,
      signal: caller.signal,
    });
    const reason = new Error("left");
    caller.abort(reason);
    await expect(response.text()).rejects.toBe(reason);
    expect(await upstream.cancelled).toBe(reason);
  });

  it("stops at once when the caller aborts in the middle, with the caller's own reason", async () => {
    const { fetch, feeds, signals } = streaming();
    const caller = new AbortController();
    const asked = resilientFetch({ fetch, profile: limits })(chatUrl, { ...post, signal: caller.signal });
    await settled();
    feeds[0]!.send(chunk("a"));
    const reader = (await asked).body!.getReader();
    await reader.read();
    const read = reader.read();
    const reason = new Error("the user left");
    caller.abort(reason);
    await expect(read).rejects.toBe(reason);
    expect(await feeds[0]!.cancelled).toBe(reason);
    expect(signals[0]!.reason).toBe(reason);
  });

  it("fails with the gap limit when it stalls while it is read, and the upstream is cancelled", async () => {
    const clock = fakeClock();
    const { fetch, feeds } = streaming();
    const asked = resilientFetch({ fetch, clock, profile: limits })(chatUrl, post);
    await settled();
    feeds[0]!.send(chunk("a"));
    const reader = (await asked).body!.getReader();
    await reader.read();
    await clock.advance(30_000); // nobody reads: a slow reader is no stalled provider
    const read = reader.read().catch((error: unknown) => error);
    await clock.advance(1_000);
    expect(await read).toMatchObject({ name: "TimeoutError", label: "gap", limit: 1_000 });
    expect(await feeds[0]!.cancelled).toBeInstanceOf(TimeoutError);
    expect(clock.pending).toBe(0);
  });

  it.each([
    [undefined, "TimeoutError"],
    [true, "no error"],
  ])("with pingsAreProgress %s and nothing but pings ends with %s", async (pingsAreProgress, name) => {
    const clock = fakeClock();
    const { fetch, feeds } = streaming();
    const asked = resilientFetch({ fetch, clock, profile: limits, pingsAreProgress })(chatUrl, post);
    await settled();
    feeds[0]!.send(chunk("a"));
    const reader = (await asked).body!.getReader();
    await reader.read();
    const failure = await readOn(reader, clock, 400, () => feeds[0]!.send(": ping\n\n"));
    expect(failure?.name ?? "no error").toBe(name);
  });

  it.each([
    [undefined, "first-content"],
    [0, "no error"],
  ])(
    "with a peek of %s and nothing but pings that count, up to its first content, ends with %s",
    async (peek, label) => {
      const clock = fakeClock();
      const { fetch, feeds } = streaming();
      const options = { fetch, clock, profile: limits, pingsAreProgress: true, retry: retry({ retries: 0, clock }) };
      const text = resilientFetch({ ...options, peek })(chatUrl, post).then(
        (response) => response.text().then(() => "no error"),
        (error: TimeoutError) => error.label,
      );
      await settled();
      for (let pings = 0; pings < 10; pings++) {
        feeds[0]!.send(": keep-alive\n\n");
        await clock.advance(400);
      }
      feeds[0]!.send(chunk("a") + done);
      await clock.advance(1_000);
      expect(await text).toBe(label);
    },
  );

  it("is bounded by the total limit, and stays a failure for the breaker", async () => {
    const clock = fakeClock();
    const { fetch, feeds } = streaming();
    const asked = resilientFetch({ fetch, clock, profile: { ...limits, total: 3_000 } })(chatUrl, post);
    await settled();
    feeds[0]!.send(chunk("a"));
    const reader = (await asked).body!.getReader();
    await reader.read();
    const failure = await readOn(reader, clock, 500, () => feeds[0]!.send(chunk("b")));
    expect(failure).toMatchObject({ name: "TimeoutError", label: "total", limit: 3_000 });
  });

  it("that the total limit ends carries the error of the attempts before", async () => {
    const clock = fakeClock();
    const { fetch, feeds } = streaming();
    const fetches = [async () => new Response(null, { status: 503 }), fetch];
    const asked = resilientFetch({
      fetch: (input, init) => fetches.shift()!(input, init),
      clock,
      profile: { ...limits, gap: 60_000, total: 3_000 },
      retry: retry({ backoff: constant(1_000), clock }),
    })(chatUrl, post);
    await clock.advance(1_000);
    feeds[0]!.send(chunk("a"));
    const read = (await asked).text().catch((error: unknown) => error);
    await clock.advance(2_000);
    expect(await read).toMatchObject({ name: "TimeoutError", label: "total", lastError: { status: 503 } });
  });

  it("that breaks after content fails with how much was delivered, and is not sent again", async () => {
    const { fetch, feeds } = streaming();
    const asked = resilientFetch({ fetch, profile: limits })(chatUrl, post);
    await settled();
    feeds[0]!.send(chunk("a"));
    const reader = (await asked).body!.getReader();
    await reader.read();
    const broken = new TypeError("terminated", {
      cause: Object.assign(new Error("other side closed"), { code: "UND_ERR_SOCKET" }),
    });
    feeds[0]!.fail(broken);
    const error: unknown = await reader.read().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StreamError);
    expect(error).toMatchObject({
      delivered: { bytes: chunk("a").length, chunks: 1 },
      lastError: broken,
      verdict: { kind: "truncated", health: "failure", processed: "yes" },
    });
    expect(feeds).toHaveLength(1);
  });

  it("that is throttled after content was processed and billed: a bucket gives nothing back", async () => {
    const { fetch, feeds } = streaming();
    const rateLimit = tokenBucket({ limit: 1, interval: 1e9, burst: 10, cost: () => 4 });
    const asked = resilientFetch({ fetch, rateLimit, profile: limits })(chatUrl, post);
    await settled();
    feeds[0]!.send(chunk("a"));
    const reader = (await asked).body!.getReader();
    await reader.read();
    feeds[0]!.send(`data: ${JSON.stringify({ error: { message: "Slow down", code: "rate_limit_exceeded" } })}\n\n`);
    await reader.read();
    await expect(reader.read()).rejects.toMatchObject({ verdict: { kind: "rate-limit", processed: "yes" } });
    expect(rateLimit.available(new URL(chatUrl).origin)).toBeCloseTo(6);
  });

  it.each<[string, (feed: Feed, clock: FakeClock) => unknown]>([
    ["breaks", ({ fail }) => fail(new TypeError("terminated"))],
    ["lingers", (_feed, clock) => clock.advance(5_000)],
  ])("that %s after its terminator has ended normally", async (_how, after) => {
    const clock = fakeClock();
    const { fetch, feeds } = streaming();
    const asked = resilientFetch({ fetch, clock, profile: limits })(chatUrl, post);
    await settled();
    feeds[0]!.send(chunk("a") + done);
    const text = (await asked).text();
    await settled();
    await after(feeds[0]!, clock);
    expect(await text).toBe(chunk("a") + done);
    expect(clock.pending).toBe(0);
  });

  it.each([
    ["unread for too long", 60_000],
    ["beyond the total limit", 120_000],
  ])("that came whole with its first chunk is delivered also %s", async (_when, ms) => {
    const clock = fakeClock();
    const { fetch, feeds } = streaming();
    const told: ResilienceEvent[] = [];
    const emit = (event: ResilienceEvent): void => void told.push(event);
    const unreadTimeout = ms === 60_000 ? ms : 600_000;
    const asked = resilientFetch({ fetch, clock, profile: { ...limits, total: 120_000 }, unreadTimeout, emit })(
      chatUrl,
      post,
    );
    await settled();
    feeds[0]!.send(chunk("a") + done);
    const response = await asked;
    await clock.advance(ms);
    expect(await response.text()).toBe(chunk("a") + done);
    expect(clock.pending).toBe(0);
    expect(told.at(-1)).toMatchObject({ type: "body", bytes: (chunk("a") + done).length, error: undefined });
  });

  it("that nobody reads is reported as unread, and does not count against the upstream", async () => {
    const clock = fakeClock();
    const { fetch, feeds } = streaming();
    const told: ResilienceEvent[] = [];
    const breaker = circuitBreaker({ trip: [consecutive(1)], clock });
    const emit = (event: ResilienceEvent): void => void told.push(event);
    const asked = resilientFetch({ fetch, clock, breaker, emit, key: () => "key" })(chatUrl, post);
    await settled();
    feeds[0]!.send(chunk("a"));
    await asked;
    await clock.advance(60_000);
    expect(told.at(-1)).toMatchObject({ type: "body", error: { name: "TimeoutError", label: "unread" } });
    expect(breaker.state("key")).toBe("closed");
  });

  it("is handed on with its headers if `peek` is 0", async () => {
    const { fetch } = streaming();
    const response = await resilientFetch({ fetch, profile: limits, peek: 0 })(chatUrl, post);
    expect(response.status).toBe(200);
    await response.body!.cancel();
  });

  it("with more noise than `peek` bytes is handed on", async () => {
    const { fetch, feeds } = streaming();
    const asked = resilientFetch({ fetch, profile: limits, peek: 100 })(chatUrl, post);
    await settled();
    feeds[0]!.send(`: ${"x".repeat(200)}\n\n`);
    expect((await asked).status).toBe(200);
  });

  it("that echoes long instructions before its content is still sent again when it breaks", async () => {
    const { fetch, feeds } = streaming();
    const retrying = retry({ backoff: constant(0) });
    const asked = resilientFetch({ fetch, profile: limits, retry: retrying })(
      "https://api.openai.com/v1/responses",
      post,
    );
    await settled();
    const response = { id: "resp_1", instructions: "x".repeat(100_000) };
    for (const type of ["response.created", "response.in_progress"]) {
      feeds[0]!.send(`event: ${type}\ndata: ${JSON.stringify({ type, response })}\n\n`);
    }
    await settled();
    feeds[0]!.end();
    await settled();
    expect(feeds).toHaveLength(2);
    const text = `data: {"type":"response.output_text.delta","delta":"a"}\n\ndata: {"type":"response.completed"}\n\n`;
    feeds[1]!.send(text);
    feeds[1]!.end();
    expect(await (await asked).text()).toBe(text);
  });

  it("can be cloned, and both copies are complete", async () => {
    const { fetch, feeds } = streaming();
    const asked = resilientFetch({ fetch, profile: limits })(chatUrl, post);
    await settled();
    for (const text of [chunk("a"), chunk("b"), done]) feeds[0]!.send(text);
    feeds[0]!.end();
    const response = await asked;
    const copy = response.clone();
    const texts = await Promise.all([response.text(), copy.text()]);
    expect(texts).toEqual([chunk("a") + chunk("b") + done, chunk("a") + chunk("b") + done]);
  });
});

describe("a reader that stops at the end of the answer", () => {
  /** Reads up to the end of an answer, and not on. */
  async function readToTheEnd(send: (feed: Feed) => void) {
    const clock = fakeClock();
    const limit = semaphore({ permits: 1, clock });
    const { fetch, feeds } = streaming();
    const asked = resilientFetch({ fetch, clock, profile: limits, rateLimit: limit, key: () => "key" })(chatUrl, post);
    await settled();
    feeds[0]!.send(chunk("a"));
    const reader = (await asked).body!.getReader();
    await reader.read();
    send(feeds[0]!);
    await reader.read();
    await settled();
    return { clock, reader, feed: feeds[0]!, active: () => limit.active("key") };
  }

  it("frees the permit when the upstream closes", async () => {
    const { reader, feed, active } = await readToTheEnd((feed) => feed.send(done));
    expect(active()).toBe(1);
    feed.end();
    await settled();
    expect(active()).toBe(0);
    expect((await reader.read()).done).toBe(true);
  });

  it("gets what follows the end if it reads on", async () => {
    const { reader, feed, active } = await readToTheEnd((feed) => feed.send(done));
    feed.send("data: 1\n\n");
    feed.send("data: 2\n\n");
    feed.end();
    await settled();
    expect(active()).toBe(0);
    const rest = [await reader.read(), await reader.read(), await reader.read()];
    expect(rest.map(({ value }) => new TextDecoder().decode(value))).toEqual(["data: 1\n\n", "data: 2\n\n", ""]);
  });

  it("frees it after the gap limit if the upstream does not close, which is not a failure", async () => {
    const { clock, reader, feed, active } = await readToTheEnd((feed) => feed.send(done));
    await clock.advance(limits.gap);
    expect(active()).toBe(0);
    expect((await reader.read()).done).toBe(true);
    expect(await feed.cancelled).toMatchObject({ label: "gap" });
  });

  it("keeps it before the end, since a reader may come back", async () => {
    const { clock, active } = await readToTheEnd((feed) => feed.send(chunk("b")));
    await clock.advance(limits.gap);
    expect(active()).toBe(1);
  });
});

describe("memory", () => {
  it("does not grow with the length of a body", async () => {
    const event = new TextEncoder().encode(chunk("x".repeat(1_000)).repeat(60));
    const heapAfter: number[] = [];
    for (const chunks of [100, 3_000]) {
      let sent = 0;
      const body = new ReadableStream<Uint8Array>({
        pull: (controller) => (sent++ < chunks ? controller.enqueue(event.slice()) : controller.close()),
      });
      const fetch: Fetch = async () => new Response(body, { headers: { "content-type": "text/event-stream" } });
      const reader = (await resilientFetch({ fetch })(chatUrl, post)).body!.getReader();
      for (let read = 1; read < chunks; read++) await reader.read();
      for (let turn = 0; turn < 5; turn++) {
        globalThis.gc!();
        await settled(); // buffers are freed a task later
      }
      heapAfter.push(process.memoryUsage().heapUsed + process.memoryUsage().external);
      await reader.cancel();
    }
    expect(heapAfter[1]! - heapAfter[0]!).toBeLessThan(2e7); // of 190 MB
  });
});

it("an unread body lets the process exit, and one whose reader is waiting does not", async () => {
  const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
  const { fetch, feeds } = streaming();
  const before = timers();
  const asked = resilientFetch({ fetch, profile: limits })(chatUrl, post);
  await settled();
  feeds[0]!.send(chunk("a"));
  const reader = (await asked).body!.getReader();
  await settled();
  const unread = timers() - before;
  await reader.read();
  const read = reader.read();
  await settled();
  expect([unread, timers() - before]).toEqual([0, 1]);
  await Promise.all([reader.cancel(), read]);
});

describe("a semaphore of 5 never has a sixth open stream", () => {
  /** Opens 50 streams, of which each has its first chunk, and leaves each as `leave` says. */
  async function openAndLeave(
    leave: (response: Response, feed: Feed, caller: AbortController) => unknown,
  ): Promise<object> {
    const clock = fakeClock();
    const limit = semaphore({ permits: 5, clock });
    const feeds: Feed[] = [];
    const fetch: Fetch = async () => {
      const next = feed({ headers: { "content-type": "text/event-stream", feed: String(feeds.length) } });
      next.send(chunk("a"));
      feeds.push(next);
      expect(limit.active("key")).toBeLessThanOrEqual(5);
      return next.response;
    };
    const profile = { ...limits, total: 600_000 };
    const resilient = resilientFetch({ fetch, clock, profile, rateLimit: limit, key: () => "key" });
    const calls = Array.from({ length: 50 }, async () => {
      const caller = new AbortController();
      const response = await resilient(chatUrl, { ...post, signal: caller.signal });
      await leave(response, feeds[Number(response.headers.get("feed"))]!, caller);
    });
    await settled();
    expect(limit.active("key")).toBe(5);
    for (let turn = 0; turn < 20; turn++) {
      await clock.advance(6_000); // a tenth of the time for which a body may stay unread
      for (let pause = 0; pause < 10; pause++) await settled();
    }
    for (let turn = 0; turn < 10; turn++) await clock.advance(60_000);
    await Promise.all(calls);
    return { opened: feeds.length, permits: limit.active("key"), timers: clock.pending };
  }

  it.each<[string, Parameters<typeof openAndLeave>[0]]>([
    ["cancelled", async (response) => (await settled(), response.body!.cancel())],
    ["aborted", async (_response, _feed, caller) => (await settled(), caller.abort(new Error("left")))],
    ["forgotten", () => undefined],
    ["begun and then forgotten", (response) => response.body!.getReader().read()],
    [
      "read to their end",
      async (response, { send, end }) => {
        await settled();
        send(done);
        end();
        await response.text();
      },
    ],
  ])("when bodies are %s", async (_how, leave) => {
    expect(await openAndLeave(leave)).toEqual({ opened: 50, permits: 0, timers: 0 });
  });

  it("when an unread body is garbage-collected", async () => {
    const limit = semaphore({ permits: 1 });
    const { fetch, feeds } = streaming();
    const resilient = resilientFetch({ fetch, profile: limits, rateLimit: limit, key: () => "key" });
    const open = async (): Promise<void> => {
      const asked = resilient(chatUrl, post);
      await settled();
      feeds.at(-1)!.send(chunk("a"));
      await asked;
    };
    await open();
    expect(limit.active("key")).toBe(1);
    for (let turn = 0; turn < 50 && limit.active("key") > 0; turn++) {
      await wait(5);
      globalThis.gc!();
    }
    expect(limit.active("key")).toBe(0);
  });
});

describe("a layer alone", () => {
  it("keeps a streamed body alive beyond its limit, and lets the caller's abort reach it", async () => {
    const clock = fakeClock();
    const { fetch, feeds } = streaming();
    const caller = new AbortController();
    const asked = wrapFetch(fetch, timeout(100, { clock }))(chatUrl, { ...post, signal: caller.signal });
    await settled();
    feeds[0]!.send(chunk("a"));
    const reader = (await asked).body!.getReader();
    await clock.advance(10_000);
    expect((await reader.read()).done).toBe(false);
    caller.abort(new Error("left"));
    await expect(reader.read()).rejects.toThrow("left");
  });
});

describe("a stream that ends before any content is requested again", () => {
  it.each([
    ["in its first event", 'data: {"choices":[{"ind'],
    ["behind comments", ": PROCESSING\n\n: PROCESSING\n\n"],
    ["behind a ping", 'event: ping\ndata: {"type":"ping"}\n\n'],
    ["with an empty chunk", ""],
  ])("%s", async (_where, text) => {
    const answers = [text, chunk("a") + done];
    const fetch: Fetch = async () => {
      const next = feed();
      next.send(answers.shift()!);
      next.end();
      return next.response;
    };
    const response = await resilientFetch({ fetch, retry: retry({ backoff: constant(0) }) })(chatUrl, post);
    expect(await response.text()).toBe(chunk("a") + done);
    expect(answers).toEqual([]);
  });

  it.each([
    ["says that it is one, in words", "event: error\ndata: upstream timed out\n\n", 500],
    ["is bare JSON", JSON.stringify({ error: { code: 429, status: "RESOURCE_EXHAUSTED" } }, undefined, 2), 429],
  ])("where all that comes is an error which %s, and the last one is the answer", async (_how, text, status) => {
    const fetch = vi.fn<Fetch>(async () => new Response(text, { headers: { "content-type": "text/event-stream" } }));
    const response = await resilientFetch({ fetch, retry: retry({ retries: 1, backoff: constant(0) }) })(chatUrl, post);
    expect([response.status, fetch.mock.calls.length]).toEqual([status, 2]);
  });

  it("but not if it is a complete answer labelled as a stream", async () => {
    const text = JSON.stringify(whole);
    const fetch: Fetch = async () => new Response(text, { headers: { "content-type": "text/event-stream" } });
    expect(await (await resilientFetch({ fetch })(chatUrl, post)).text()).toBe(text);
  });

  it("but not if its only event lacks nothing but the blank line after it", async () => {
    const text = (chunk("a") + done).trimEnd();
    const fetch: Fetch = async () => new Response(text, { headers: { "content-type": "text/event-stream" } });
    expect(await (await resilientFetch({ fetch })(chatUrl, post)).text()).toBe(text);
  });
});

describe("a body labelled as JSON", () => {
  const type = { headers: { "content-type": "application/json" } };

  it.each([
    ["Gemini's list", ["[", '{\n  "candidates": []\n}\n'], ",\r\n{}]"],
    ["a list of words", ['["a"'], ',"b"]'],
    ["a JSON a line", ['{"response":"a","done":false}\n', '{"resp'], 'onse":"","done":true}\n'],
    ["server-sent events", ["data", ': {"choices":[]}\n\n'], done],
  ])("that is a stream is handed on as it arrives: %s", async (_what, beginning, rest) => {
    const upstream = feed(type);
    const fetch: Fetch = async () => upstream.response;
    const asked = resilientFetch({ fetch })(chatUrl, post);
    for (const text of beginning) upstream.send(text);
    const response = await asked;
    upstream.send(rest);
    upstream.end();
    expect(await response.text()).toBe(beginning.join("") + rest);
  });

  it.each([
    ["a text over many lines", ['{\n  "a": {},\n', '  "b": {}\n}']],
    ["a text with a line behind it", ['{"a":', "1}\n"]],
    ["long", ["{", `"a":"${"x".repeat(5_000)}"`, "}"]],
  ])("that is one JSON text is requested again if it is truncated: %s", async (_what, [beginning, ...rest]) => {
    const answers = [[beginning!], [beginning!, ...rest]];
    const fetch: Fetch = async () => {
      const upstream = feed(type);
      for (const text of answers.shift()!) upstream.send(text);
      upstream.end();
      return upstream.response;
    };
    const response = await resilientFetch({ fetch, retry: retry({ backoff: constant(0) }) })(chatUrl, post);
    expect(await response.text()).toBe([beginning, ...rest].join(""));
    expect(answers).toEqual([]);
  });

  it("that is a list beginning with an error is that error", async () => {
    const error = { code: 503, status: "UNAVAILABLE", message: "The model is overloaded." };
    const fetch = vi.fn<Fetch>(async () => {
      const upstream = feed(type);
      for (const text of ["[", `{\n  "error": ${JSON.stringify(error)}\n}\n`, "]"]) upstream.send(text);
      upstream.end();
      return upstream.response;
    });
    const response = await resilientFetch({ fetch, retry: retry({ retries: 1, backoff: constant(0) }) })(chatUrl, post);
    expect([response.status, fetch.mock.calls.length]).toEqual([503, 2]);
    expect(await response.json()).toEqual({ error });
  });
});

describe("lines of JSON", () => {
  const error = { error: { code: "server_error", message: "boom" } };

  it.each([
    ["first", [error, { response: {} }]],
    ["later", [{ response: {} }, error, { response: {} }]],
  ])("that are merely read are handed on whole, even if a record has an error %s", async (_place, records) => {
    const text = records.map((record) => `${JSON.stringify({ custom_id: "1", ...record })}\n`).join("");
    const fetch = vi.fn<Fetch>(async () => new Response(text, { headers: { "content-type": "application/jsonl" } }));
    const response = await resilientFetch({ fetch })("https://api.openai.com/v1/files/1/content");
    expect(await response.text()).toBe(text);
    expect(fetch).toHaveBeenCalledTimes(1);
  });
});

describe("a caller who aborts just as the first content arrives", () => {
  async function leave(caller: AbortController, turns: number, reason: Error): Promise<void> {
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    caller.abort(reason);
  }

  it.each<[string, (fetch: Fetch, clock: FakeClock) => Fetch]>([
    ["every layer", (fetch, clock) => resilientFetch({ fetch, clock, profile: limits })],
    ["no layer", (fetch) => wrapFetch(fetch)],
  ])("gets the reason, and leaves nothing, under %s", async (_layers, wrapped) => {
    for (let turns = 0; turns < 30; turns++) {
      const clock = fakeClock();
      const { fetch, feeds } = streaming();
      const caller = new AbortController();
      const reason = new Error("left");
      const asked = wrapped(fetch, clock)(chatUrl, { ...post, signal: caller.signal });
      await settled();
      feeds[0]!.send(chunk("a"));
      const leaving = leave(caller, turns, reason);
      await expect(asked.then((response) => response.text())).rejects.toBe(reason);
      expect(await feeds[0]!.cancelled).toBe(reason);
      await leaving;
      expect(clock.pending).toBe(0);
    }
  });
});

describe("a fetch with Node streams as bodies", () => {
  const answering = (body: Readable) => ({
    status: 200,
    statusText: "OK",
    headers: new Headers({ "content-type": "text/event-stream" }),
    url: chatUrl,
    redirected: false,
    body,
  });

  it("has a stalled body destroyed, because its iterator would wait too", async () => {
    const clock = fakeClock();
    const body = new Readable({ read() {} });
    body.push(chunk("a"));
    const fetch = (async () => answering(body)) as unknown as Fetch;
    const text = (await resilientFetch({ fetch, clock, profile: limits })(chatUrl, post)).text();
    const failure = text.catch((error: unknown) => error);
    await settled();
    await clock.advance(limits.gap);
    expect(await failure).toMatchObject({ label: "gap" });
    expect(body.destroyed).toBe(true);
  });

  it("has a body that arrives after the limit destroyed", async () => {
    const clock = fakeClock();
    const body = new Readable({ read() {} });
    let answer!: (late: unknown) => void;
    const fetch = (() => new Promise<unknown>((resolve) => (answer = resolve))) as unknown as Fetch;
    const once = retry({ retries: 0 });
    const asked = resilientFetch({ fetch, clock, profile: limits, retry: once })(chatUrl, post);
    const failure = asked.catch((error: unknown) => error);
    await clock.advance(limits.firstContent);
    expect(await failure).toMatchObject({ label: "first-content" });
    answer(answering(body));
    await settled();
    expect(body.destroyed).toBe(true);
  });
});
