import type { ResilienceEvent } from "@evenkeel/core";
import { StreamError, wrapFetch, type FetchOptions } from "@evenkeel/fetch";
import { semaphore } from "@evenkeel/rate-limit";
import { fakeClock, type FakeClock } from "@evenkeel/testkit";
import { describe, expect, it } from "vitest";
import { chatUrl, chunk, done, feed, post, type Feed } from "./answers.ts";

const limits = { connect: 1_000, firstContent: 5_000, gap: 1_000, total: 60_000 };

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

interface Opened {
  readonly upstream: Feed;
  readonly reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly clock: FakeClock;
  readonly events: ResilienceEvent[];
  /** How many permits are held. */
  held(): number;
}

/** Opens a body that a test feeds by hand; `begin` sends what its response waits for. */
async function open(
  contentType: string,
  begin: (upstream: Feed) => void,
  { peek, unreadTimeout }: FetchOptions = {},
): Promise<Opened> {
  const clock = fakeClock();
  const limit = semaphore({ permits: 1, clock });
  const upstream = feed({ headers: { "content-type": contentType } });
  const events: ResilienceEvent[] = [];
  const emit = (event: ResilienceEvent): void => void events.push(event);
  const options = {
    fetch: async () => upstream.response,
    key: () => "key",
    profile: limits,
    clock,
    peek,
    unreadTimeout,
    emit,
  };
  begin(upstream);
  const response = await wrapFetch(options, limit)(chatUrl, post);
  return { upstream, reader: response.body!.getReader(), clock, events, held: () => limit.active("key") };
}

const openStream = (): Promise<Opened> => open("text/event-stream", ({ send }) => send(chunk("a")));

/** Reads once more, and lets the time pass for which a failure waits for what came before it to be read. */
async function readLate({ reader, clock }: Pick<Opened, "reader" | "clock">): Promise<unknown> {
  const reading = Promise.allSettled([reader.read()]);
  await clock.advance(1_000);
  const [read] = await reading;
  if (read.status === "rejected") throw read.reason;
  return read.value;
}

const reported = `data: ${JSON.stringify({ error: { message: "boom", code: "server_error" } })}\n\n`;

describe("a body that a reader leaves", () => {
  it("frees its permit and its timers at once", async () => {
    const { upstream, reader, clock, held } = await openStream();
    expect(held()).toBe(1);
    await reader.cancel("enough");
    expect([held(), clock.pending, await upstream.cancelled]).toEqual([0, 0, "enough"]);
  });

  it("after a reported error emits one event", async () => {
    const { upstream, reader, events } = await openStream();
    await reader.read();
    upstream.send(reported);
    await reader.read();
    await reader.cancel();
    expect(events.filter(({ type }) => type === "body")).toHaveLength(1);
  });
});

it("a body whose beginning was read in advance is not unread while a slow reader takes that, chunk by chunk", async () => {
  const { upstream, reader, clock } = await open(
    "text/event-stream",
    ({ send }) => {
      for (let ping = 0; ping < 4; ping++) send(": ping\n\n");
      send(chunk("a"));
    },
    { unreadTimeout: 1_000 },
  );
  for (let read = 0; read < 5; read++) {
    await clock.advance(900);
    expect((await reader.read()).done).toBe(false);
  }
  upstream.send(done);
  expect(new TextDecoder().decode((await reader.read()).value)).toBe(done);
});

describe("a listener that cancels the body when it has ended", () => {
  async function openCancelling(): Promise<Opened> {
    const opened = await openStream();
    opened.events.push = (event) => {
      if (event.type === "body") opened.reader.cancel().catch(() => {});
      return 0;
    };
    return opened;
  }

  it.each<[string, (opened: Opened) => unknown]>([
    ["the upstream ends", ({ upstream }) => upstream.end()],
    ["nothing follows", ({ clock }) => clock.advance(1_000)],
  ])("does no harm if the answer is complete and %s", async (_what, end) => {
    const unhandled: unknown[] = [];
    const listener = (error: unknown): void => void unhandled.push(error);
    process.on("unhandledRejection", listener);
    const opened = await openCancelling();
    const { upstream, reader } = opened;
    await reader.read();
    upstream.send(done);
    await reader.read();
    await end(opened);
    await settled();
    expect(await reader.read()).toEqual({ done: true, value: undefined });
    process.off("unhandledRejection", listener);
    expect(unhandled).toEqual([]);
  });

  it("does not make a broken stream look like a whole one", async () => {
    const { upstream, reader } = await openCancelling();
    await reader.read();
    const read = reader.read();
    upstream.fail(new TypeError("terminated"));
    await expect(read).rejects.toBeInstanceOf(StreamError);
  });
});

describe("an error that the upstream reports in a stream", () => {
  it("ends the work and cancels the upstream before the reader's next read, which fails later", async () => {
    const { upstream, reader, clock, held } = await openStream();
    await reader.read();
    upstream.send(reported);
    expect(new TextDecoder().decode((await reader.read()).value)).toBe(reported);
    expect(held()).toBe(0);
    expect(await upstream.cancelled).toBeInstanceOf(StreamError);
    await expect(readLate({ reader, clock })).rejects.toThrow("The upstream reported an error in the stream after");
  });

  // Gemini sends an error in mid-stream as bare JSON, and other servers close without the blank line after it.
  it.each([JSON.stringify({ error: { code: 429, message: "Slow down" } }, null, 2), `data: {"error":{"code":429}}\n`])(
    "is recognised without a blank line after it: %s",
    async (text) => {
      const { upstream, reader, clock } = await openStream();
      await reader.read();
      upstream.send(text);
      expect(new TextDecoder().decode((await reader.read()).value)).toBe(text);
      upstream.end();
      await expect(readLate({ reader, clock })).rejects.toMatchObject({
        message: expect.stringContaining("The upstream reported an error in the stream after") as string,
        verdict: { kind: "rate-limit", health: "neutral", processed: "yes" },
        lastError: { error: { code: 429 } },
      });
    },
  );
});

describe("a stream that fails", () => {
  it("says what is missing", async () => {
    const { upstream, reader, clock } = await openStream();
    await reader.read();
    upstream.end();
    await expect(readLate({ reader, clock })).rejects.toThrow("The stream ended without the terminator after");
  });

  it.each(['data: {"choices":[{"ind', ": ping\n\n"])(
    "before its first content fails also if it was not looked into: %s",
    async (text) => {
      const { upstream, reader, clock } = await open("text/event-stream", ({ send }) => send(text), { peek: 0 });
      await reader.read();
      upstream.end();
      await expect(readLate({ reader, clock })).rejects.toThrow("The stream ended without any content after");
    },
  );

  it("by ending without a byte fails also if it was not looked into, unless its status allows that", async () => {
    const { upstream, reader, clock } = await open("text/event-stream", () => {}, { peek: 0 });
    upstream.end();
    await expect(readLate({ reader, clock })).rejects.toThrow("The stream ended without any content after");

    const accepted = new Response(new Blob([]).stream(), {
      status: 202,
      headers: { "content-type": "text/event-stream" },
    });
    const fetch = wrapFetch({ fetch: async () => accepted, peek: 0 });
    expect(await (await fetch(chatUrl, post)).text()).toBe("");
  });

  it.each([undefined, 0])(
    "with a status that allows an empty stream still needs its end once it has begun, peek %s",
    async (peek) => {
      const upstream = feed({ status: 202, headers: { "content-type": "text/event-stream" } });
      upstream.send(chunk("a"));
      upstream.end();
      const response = await wrapFetch({ fetch: async () => upstream.response, peek })(chatUrl, post);
      await expect(response.text()).rejects.toThrow("The stream ended without the terminator after");
    },
  );

  it("by an error in its last event, which nothing follows, fails as that error", async () => {
    const { upstream, reader, clock } = await openStream();
    await reader.read();
    upstream.send(`data: ${JSON.stringify({ error: { message: "Slow down", code: "rate_limit_exceeded" } })}`);
    upstream.end();
    await reader.read();
    await expect(readLate({ reader, clock })).rejects.toMatchObject({
      verdict: { kind: "rate-limit", processed: "yes" },
    });
  });

  const manyEvents = Array.from({ length: 90 }, (_, index) => chunk(`${index}`)).join("");

  it.each([
    ["an error event", `${manyEvents}${reported}`, 92],
    ["an end without a terminator", manyEvents, 91],
  ])("by %s waits until a slow reader behind other streams has got all before it", async (_what, text, count) => {
    const { upstream, reader, clock, held } = await openStream();
    const split = new TransformStream<string, string>({
      transform(events, controller) {
        for (const event of events.split(/(?<=\n\n)/)) controller.enqueue(event);
      },
    });
    upstream.send(text);
    upstream.end();
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      async pull(controller) {
        controller.enqueue((await reader.read()).value as Uint8Array<ArrayBuffer>);
      },
    });
    const got: string[] = [];
    const read = async (): Promise<void> => {
      for await (const event of body.pipeThrough(new TextDecoderStream()).pipeThrough(split)) {
        got.push(event);
        await new Promise<void>((resolve) => clock.after(10, resolve));
      }
    };
    const errors: unknown[] = [];
    void read().catch((error: unknown) => errors.push(error));
    while (errors.length === 0) await clock.advance(10);
    expect(errors).toEqual([expect.any(StreamError)]);
    expect([got.length, held()]).toEqual([count, 0]);
  });

  it.each([
    ["an error event", reported],
    ["an end that comes too early", ""],
  ])("by %s leaves no timer if its reader leaves before it fails", async (_what, text) => {
    const { upstream, reader, clock } = await openStream();
    await reader.read();
    if (text) upstream.send(text);
    else upstream.end();
    if (text) await reader.read();
    const reading = reader.read();
    await settled();
    expect(clock.pending).toBe(1);
    await reader.cancel();
    expect([await reading, clock.pending]).toEqual([{ done: true, value: undefined }, 0]);
  });

  it("because its chunks are not bytes ends its work", async () => {
    const clock = fakeClock();
    const limit = semaphore({ permits: 1, clock });
    const chunks = [new TextEncoder().encode(chunk("a")), done as never];
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(chunks.shift()!),
    });
    const fetch = async (): Promise<Response> =>
      new Response(body, { headers: { "content-type": "text/event-stream" } });
    const response = await wrapFetch({ fetch, clock, key: () => "key" }, limit)(chatUrl, post);
    await expect(response.text()).rejects.toBeInstanceOf(StreamError);
    expect([limit.active("key"), clock.pending]).toEqual([0, 0]);
  });

  it("below another fetch of ours is not wrapped twice", async () => {
    const upstream = feed();
    upstream.send(chunk("a"));
    const outer = wrapFetch(wrapFetch(async () => upstream.response));
    const reader = (await outer(chatUrl, post)).body!.getReader();
    await reader.read();
    const broken = new TypeError("terminated");
    upstream.fail(broken);
    await expect(reader.read()).rejects.toMatchObject({ lastError: broken });
  });
});

describe("the limits of a body", () => {
  it.each<[string, string, (upstream: Feed) => void, number | undefined, string, number]>([
    ["a stream that was not looked into", "text/event-stream", () => {}, 0, "first-content", 5_000],
    ["bytes of any kind", "application/octet-stream", () => {}, undefined, "first-content", 5_000],
    ["JSON longer than the peek", "application/json", ({ send }) => send("[1, 2, 3, "), 4, "gap", 1_000],
  ])("are those of its state: %s", async (_what, contentType, begin, peek, label, limit) => {
    const { upstream, reader, clock, held } = await open(contentType, begin, { peek });
    const text = reader
      .read()
      .then(() => reader.read())
      .catch((error: unknown) => error);
    if (contentType === "application/json") await settled();
    await clock.advance(limit - 1);
    expect(held()).toBe(1);
    await clock.advance(1);
    expect(await text).toMatchObject({ name: "TimeoutError", label, limit });
    expect(await upstream.cancelled).toMatchObject({ label });
    expect([held(), clock.pending]).toEqual([0, 0]);
  });

  it("do not end a download that makes progress", async () => {
    const { upstream, reader, clock } = await open("application/octet-stream", () => {});
    for (let turn = 0; turn < 20; turn++) {
      const read = reader.read();
      await clock.advance(900);
      upstream.send("some");
      expect((await read).value).toHaveLength(4);
    }
    const stalled = reader.read().catch((error: unknown) => error);
    await clock.advance(1_000);
    expect(await stalled).toMatchObject({ label: "gap" });
  });
});

describe("the event of a body is emitted in the async context of its call", () => {
  it.each<[string, (body: ReadableStream<Uint8Array>, controller: AbortController) => unknown]>([
    ["if it is read in another", (body) => new Response(body).text()],
    ["if it is cancelled in another", (body) => body.cancel()],
    ["if the call is aborted in another", (_body, controller) => controller.abort()],
  ])("%s", async (_how, end) => {
    const { AsyncLocalStorage } = await import("node:async_hooks");
    const user = new AsyncLocalStorage<string>();
    const seen: string[] = [];
    const emit = ({ type }: ResilienceEvent): void => void seen.push(`${user.getStore()}: ${type}`);
    const upstream = feed({ headers: { "content-type": "text/event-stream" } });
    upstream.send(chunk("a"));
    const fetch = wrapFetch({ fetch: async () => upstream.response, emit });
    const controller = new AbortController();
    const { body } = await user.run("Ada", () => fetch(chatUrl, { ...post, signal: controller.signal }));
    upstream.send(done);
    upstream.end();
    await user.run("Grace", () => end(body!, controller));
    await settled();
    expect(seen).toEqual(["Ada: attempt", "Ada: body"]);
  });
});
