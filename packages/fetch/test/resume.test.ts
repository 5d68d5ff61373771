import { AsyncLocalStorage } from "node:async_hooks";
import { circuitBreaker, consecutive } from "@evenkeel/circuit-breaker";
import type { ResilienceEvent } from "@evenkeel/core";
import { resume, wrapFetch, type FetchEvent } from "@evenkeel/fetch";
import { semaphore } from "@evenkeel/rate-limit";
import { constant, retry } from "@evenkeel/retry";
import { fakeClock } from "@evenkeel/testkit";
import { timeout } from "@evenkeel/timeout";
import { describe, expect, it, vi } from "vitest";
import { feed, post, type Fetch } from "./answers.ts";

const encoder = new TextEncoder();
const url = "https://api.openai.com/v1/responses";
const background = { ...post, body: JSON.stringify({ model: "gpt", background: true, stream: true, input: "Hi ä" }) };

/** A background response of six events, with letters of more than one byte. */
const events = [
  { type: "response.created", response: { id: "resp_1", status: "queued" } },
  { type: "response.in_progress", response: { id: "resp_1" } },
  { type: "response.output_text.delta", delta: "Grüß" },
  { type: "response.output_text.delta", delta: " Gött" },
  { type: "response.output_text.delta", delta: "er 🙂" },
  { type: "response.completed", response: { id: "resp_1", status: "completed", error: null } },
].map((event, index) => `event: ${event.type}\ndata: ${JSON.stringify({ ...event, sequence_number: index })}\n\n`);
const whole = events.join("");

/** Streams `bytes` in small chunks and then breaks, or ends well when `broken` is false. */
function streamed(bytes: Uint8Array, broken: boolean, size = 50): Response {
  let at = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at < bytes.length) controller.enqueue(bytes.slice(at, (at += size)));
      else if (broken) controller.error(new TypeError("terminated"));
      else controller.close();
    },
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}

/** A provider that keeps the response, and cuts the connection after as many bytes as `cuts` says, in turn. */
function provider(...cuts: number[]): { fetch: Fetch; requests: string[] } {
  const requests: string[] = [];
  return {
    requests,
    fetch: async (input, init) => {
      requests.push(`${init?.method} ${input as string}`);
      const after = new URL(input as string).searchParams.get("starting_after");
      const bytes = encoder.encode(events.slice(after === null ? 0 : Number(after) + 1).join(""));
      const cut = cuts[requests.length - 1];
      return streamed(cut === undefined ? bytes : bytes.slice(0, cut), cut !== undefined);
    },
  };
}

describe("a background response", () => {
  const length = encoder.encode(whole).length;
  const firstEvent = encoder.encode(events[0]).length;

  it("is resumed without losing or repeating an event, wherever the connection breaks", async () => {
    for (let cut = firstEvent; cut < length; cut++) {
      const { fetch, requests } = provider(cut);
      const response = await wrapFetch(fetch, resume())(url, background);
      expect(await response.text()).toBe(whole);
      expect(requests).toHaveLength(2);
      expect(requests[1]).toMatch(
        /^GET https:\/\/api\.openai\.com\/v1\/responses\/resp_1\?stream=true&starting_after=\d$/,
      );
    }
  }, 30_000); // half a second on a machine that is not busy

  it("is resumed any number of times, as long as new events arrive", async () => {
    const cuts = [firstEvent + 5, 250, 150];
    const { fetch, requests } = provider(...cuts);
    expect(await (await wrapFetch(fetch, resume({ attempts: 1 }))(url, background)).text()).toBe(whole);
    expect(requests.length).toBeGreaterThan(2);
  });

  it("is resumed when it is retrieved, for example by another process", async () => {
    const behindFirst = encoder.encode(events.slice(1).join(""));
    for (let cut = encoder.encode(events[1]).length; cut < behindFirst.length; cut += 7) {
      const { fetch, requests } = provider(cut);
      const again = `${url}/resp_1?stream=true&starting_after=0`;
      expect(await (await wrapFetch(fetch, resume())(again)).text()).toBe(events.slice(1).join(""));
      expect(requests[1]).toMatch(/\/v1\/responses\/resp_1\?stream=true&starting_after=[1-5]$/);
    }
  });

  it.each([
    ["new", url, background],
    ["retrieved", `${url}/resp_1?stream=true`, {}],
  ])(
    "of a client that accepts only events is resumed as well, where it ends cleanly but too early: %s",
    async (_how, at, init) => {
      const parts = [events.slice(0, 3), events.slice(3, 5), events.slice(5)].map((part) => part.join(""));
      const fetch: Fetch = async () => streamed(encoder.encode(parts.shift()), false);
      const headers = { accept: "text/event-stream" };
      expect(await (await wrapFetch(fetch, resume())(at, { ...init, headers })).text()).toBe(whole);
    },
  );

  it("is resumed at a relative URL, as in a browser", async () => {
    vi.stubGlobal("location", { href: "https://app.example.com/chat" });
    const { fetch, requests } = provider(firstEvent);
    const absolute: Fetch = (input, init) => fetch(new URL(input as string, location.href).href, init);
    expect(await (await wrapFetch(absolute, resume())("/v1/responses", background)).text()).toBe(whole);
    expect(requests[1]).toBe("GET https://app.example.com/v1/responses/resp_1?stream=true&starting_after=0");
    vi.unstubAllGlobals();
  });

  it("is resumed from an event with any number, in JSON with spaces", async () => {
    const spaced = [11, 12].map((number) => `data: { "id" : "resp_ab" , "sequence_number" : ${number} }\n\n`);
    const requests: unknown[] = [];
    const fetch: Fetch = async (input) => {
      const broken = requests.push(input) === 1;
      return streamed(encoder.encode(spaced[broken ? 0 : 1]), broken);
    };
    const body = '{ "background" : true }';
    expect(await (await wrapFetch(fetch, resume())(url, { ...post, body })).text()).toBe(spaced.join(""));
    expect(requests[1]).toBe(`${url}/resp_ab?stream=true&starting_after=11`);
  });

  it.each(["resp_/../../files", "resp_1/../x", "resp_1?x=y#z", "resp_1\\\\..\\\\x", "resp_ä"])(
    "with the id %s is not continued at another address",
    async (id) => {
      const created = events[0]!.replace("resp_1", id);
      const requests: URL[] = [];
      const fetch: Fetch = async (input) => {
        const first = requests.push(new URL(input as string)) === 1;
        return streamed(encoder.encode(first ? created : events.slice(1).join("")), first);
      };
      await (await wrapFetch(fetch, resume())(url, background)).text();
      expect(requests[1]?.pathname.split("/").slice(0, -1)).toEqual(["", "v1", "responses"]);
      expect(requests[1]?.search).toBe("?stream=true&starting_after=0");
    },
  );

  it("fails with the error that broke it if nothing new arrives", async () => {
    const { fetch, requests } = provider(firstEvent, 0, 0, 0, 0);
    const response = await wrapFetch(fetch, resume({ attempts: 2 }))(url, background);
    await expect(response.text()).rejects.toThrow("The stream broke");
    expect(requests.length).toBeLessThanOrEqual(3);
  });

  it("stops when the caller aborts", async () => {
    const { fetch, requests } = provider(firstEvent, firstEvent);
    const caller = new AbortController();
    const response = await wrapFetch(fetch, resume())(url, { ...background, signal: caller.signal });
    const reader = response.body!.getReader();
    await reader.read();
    caller.abort(new Error("left"));
    await expect(
      (async () => {
        while (!(await reader.read()).done);
      })(),
    ).rejects.toThrow("left");
    expect(requests).toHaveLength(1);
  });
});

describe("a GET whose events have ids", () => {
  it.each(["\n", "\r\n", "\r"])(
    "is resumed by Last-Event-ID, even byte by byte, with %j as its line ends",
    async (end) => {
      const frames = ["a", "b", "c"].map((letter, index) => [`id: ${index}`, `data: ${letter}`, "", ""].join(end));
      for (const size of [50, 1]) {
        const ids: (string | null)[] = [];
        const fetch: Fetch = async (_input, init) => {
          const id = new Headers(init?.headers).get("last-event-id");
          ids.push(id);
          const rest = encoder.encode(frames.slice(id === null ? 0 : Number(id) + 1).join(""));
          return streamed(ids.length === 1 ? rest.slice(0, frames[0]!.length + 3) : rest, ids.length === 1, size);
        };
        expect(await (await wrapFetch(fetch, resume())("https://example.com/events")).text()).toBe(frames.join(""));
        expect(ids).toEqual([null, "0"]);
      }
    },
  );
});

describe("a stream that can be resumed", () => {
  const eventsUrl = "https://example.com/events";

  it("stays intact when chunks split a character, and without a blank line at the end", async () => {
    const text = "id: 1\ndata: Grüß Götter 🙂\n\ndata: das Ende ä";
    const fetch: Fetch = async () => streamed(encoder.encode(text), false, 1);
    expect(await (await wrapFetch(fetch, resume())(eventsUrl)).text()).toBe(text);
  });

  it("is resumed from the id field, not from an id in its data", async () => {
    const text = "data: to id: 99\nid:10\ndata: id: 98\n\n";
    const ids: (string | null)[] = [];
    const fetch: Fetch = async (_input, init) => {
      const broken = ids.push(new Headers(init?.headers).get("last-event-id")) === 1;
      return streamed(encoder.encode(broken ? text : "data: end\n\n"), broken);
    };
    expect(await (await wrapFetch(fetch, resume())(eventsUrl)).text()).toBe(`${text}data: end\n\n`);
    expect(ids).toEqual([null, "10"]);
  });

  it("is resumed as long as new events arrive", async () => {
    let sent = 0;
    const fetch: Fetch = async () => streamed(encoder.encode(`id: ${++sent}\ndata: x\n\n`), sent < 5);
    await (await wrapFetch(fetch, resume({ attempts: 1 }))(eventsUrl)).text();
    expect(sent).toBe(5);
  });

  it("is told to be resumed each time that its reader does not notice a break", async () => {
    const told: unknown[][] = [];
    const emit = (event: FetchEvent): void => void told.push([event.type, event.call, "error" in event && event.error]);
    let sent = 0;
    const fetch: Fetch = async () => streamed(encoder.encode(sent++ < 2 ? `id: ${sent}\ndata: x\n\n` : ""), true);
    const response = await wrapFetch({ fetch, emit }, resume({ attempts: 1 }))(eventsUrl);
    await expect(response.text()).rejects.toThrow("The stream broke");
    expect(told.map(([type]) => type)).toEqual(["attempt", "body", "attempt", "resume", "body", "attempt"]);
    expect(told[3]).toEqual(["resume", told[0]![1], told[1]![2]]);
  });

  it("is resumed in the async context of its call, each time, wherever it is read", async () => {
    const context = new AsyncLocalStorage<string>();
    const sent: unknown[] = [];
    const told: unknown[] = [];
    const fetch: Fetch = async () => {
      sent.push(context.getStore());
      return streamed(encoder.encode(`id: ${sent.length}\ndata: x\n\n`), sent.length < 3);
    };
    const emit = (): void => void told.push(context.getStore());
    const response = await context.run("call", () => wrapFetch({ fetch, emit }, resume())(eventsUrl));
    await context.run("reader", () => response.text());
    expect([sent, told]).toEqual([Array(3).fill("call"), Array(8).fill("call")]);
  });

  it("is resumed by a request that a retry below may repeat", async () => {
    const [broken, rest] = [0, 3].map((from) => encoder.encode(events.slice(from, from + 3).join("")));
    const answers = [streamed(broken!, true), new Response(null, { status: 503 }), streamed(rest!, false)];
    const fetch: Fetch = async () => answers.shift()!;
    const response = await wrapFetch(fetch, resume(), retry({ backoff: constant(0) }))(url, background);
    expect(await response.text()).toBe(whole);
  });
});

describe("a long event", () => {
  it("takes no longer where its lines end in all three ways", async () => {
    const long = `data:y\n\n${"x\r\r\n".repeat(40_000)}`; // for half a minute, were each chunk to search all
    const fetch: Fetch = async () => streamed(encoder.encode(long), false, 4);
    const start = performance.now();
    expect(await (await wrapFetch(fetch, resume())("https://example.com/events")).text()).toBe(long);
    expect(performance.now() - start).toBeLessThan(5_000);
  }, 60_000);

  it("takes no longer in small chunks than in large ones", async () => {
    const image = `id: 1\r\ndata: ${"x".repeat(1_000_000)}\r\n\r\nid: 2\r\ndata: y\r\n\r\n`;
    const fetch: Fetch = async () => streamed(encoder.encode(image), false, 100); // for half a minute, were each to search all
    expect(await (await wrapFetch(fetch, resume())("https://example.com/events")).text()).toBe(image);
  });
});

describe("a stream that cannot be resumed", () => {
  it("because an event grows too long is handed on unfinished, and not requested again", async () => {
    const begin = `id: 1\ndata: a\n\ndata: ${"x".repeat(40_000_000)}`;
    let requests = 0;
    const fetch: Fetch = async () => streamed(encoder.encode(begin), ++requests === 1, 1_000_000);
    const reader = (await wrapFetch(fetch, resume())("https://example.com/events")).body!.getReader();
    let bytes = 0;
    const read = async (): Promise<void> => {
      for (;;) bytes += (await reader.read()).value!.byteLength;
    };
    await expect(read()).rejects.toThrow("The stream broke");
    expect([bytes, requests]).toEqual([begin.length, 1]);
  });

  const eventsUrl = "https://example.com/events";
  const first = encoder.encode("id: 1\ndata: a\n\n");

  it("because it always breaks at the same place is given up, even if it begins differently each time", async () => {
    const greeting = encoder.encode("event: connected\ndata: {}\n\n");
    const fetch = vi.fn<Fetch>(async () => streamed(greeting, true));
    fetch.mockResolvedValueOnce(streamed(first, true));
    const response = await wrapFetch(fetch, resume({ attempts: 2 }))(eventsUrl);
    await expect(response.text()).rejects.toThrow("The stream broke");
    expect(fetch).toHaveBeenCalledTimes(3);
  });

  it.each([
    ["its events have no ids", eventsUrl, {}],
    ["its events have no numbers", url, background],
  ])("because %s fails with the error that broke it, and is not requested again", async (_why, at, init) => {
    const text = 'data: {"id":"resp_1","type":"response.output_text.delta"}\n\n';
    const fetch = vi.fn<Fetch>(async () => streamed(encoder.encode(text), true));
    await expect((await wrapFetch(fetch, resume())(at, init)).text()).rejects.toThrow("The stream broke");
    expect(fetch).toHaveBeenCalledTimes(1);
  });

  it.each(["🙂", "a\0b", "\u0100"])(
    "because its id, %j, is not valid in a header fails with the error that broke it",
    async (id) => {
      let requests = 0;
      const fetch: Fetch = async () => streamed(encoder.encode(`id: ${id}\ndata: x\n\n`), requests++ === 0);
      const response = await wrapFetch(fetch, resume())("https://example.com/events");
      await expect(response.text()).rejects.toThrow("The stream broke");
      expect(requests).toBe(1);
    },
  );

  it("because the response is something else fails with the error that broke it", async () => {
    const other = feed({ headers: { "content-type": "text/plain" } });
    const fetch = vi.fn<Fetch>(async () => other.response);
    fetch.mockResolvedValueOnce(streamed(first, true));
    await expect((await wrapFetch(fetch, resume())(eventsUrl)).text()).rejects.toThrow("The stream broke");
    await other.cancelled;
  });

  it("because its reader cancels meanwhile leaves nothing open", async () => {
    let answer!: (late: Response) => void;
    const rest = feed();
    const fetch = vi.fn<Fetch>(() => new Promise((resolve) => (answer = resolve)));
    fetch.mockResolvedValueOnce(streamed(first, true));
    const reader = (await wrapFetch(fetch, resume())(eventsUrl)).body!.getReader();
    await reader.read();
    const read = reader.read();
    await vi.waitFor(() => expect(fetch).toHaveBeenCalledTimes(2));
    await reader.cancel("enough");
    expect((await read).done).toBe(true);
    rest.send("id: 2\ndata: b\n\n");
    answer(rest.response);
    await rest.cancelled;
  });

  it("because its reader cancels meanwhile is not requested again", async () => {
    const clock = fakeClock();
    const signals: AbortSignal[] = [];
    const fetch: Fetch = (_input, init) => {
      if (signals.push(init!.signal!) === 1) return Promise.resolve(streamed(first, true));
      return new Promise((_resolve, reject) =>
        init!.signal!.addEventListener("abort", () => reject(new Error("aborted"))),
      );
    };
    const retrying = retry({ backoff: constant(1_000), clock });
    const resilient = wrapFetch({ fetch, clock }, resume(), retrying, timeout(5_000, { clock }));
    const reader = (await resilient(eventsUrl)).body!.getReader();
    await reader.read();
    const read = reader.read();
    await clock.advance(5_500);
    await reader.cancel("enough");
    expect((await read).done).toBe(true);
    await clock.advance(60_000);
    expect([signals.length, clock.pending]).toEqual([2, 0]);
  });

  it("because its reader cancels meanwhile, without a reason, is not told as an attempt that succeeded", async () => {
    const clock = fakeClock();
    const kinds: unknown[] = [];
    const emit = (event: FetchEvent): void => void (event.type === "attempt" && kinds.push(event.verdict?.kind));
    const fetch = vi.fn<Fetch>(() => new Promise(() => {}));
    fetch.mockResolvedValueOnce(streamed(first, true));
    const profile = { connect: 1_000, headers: 1_000, firstContent: 1_000, gap: 1_000, total: 9_000 };
    const reader = (await wrapFetch({ fetch, profile, clock, emit }, resume())(eventsUrl)).body!.getReader();
    await reader.read();
    const read = reader.read();
    await clock.advance(500);
    await reader.cancel();
    await read;
    await clock.advance(0);
    expect(kinds).toEqual([undefined, "cancelled"]);
  });

  it("because a listener cancels it when it breaks does not look like a whole one", async () => {
    const emit = (event: ResilienceEvent): void => {
      if (event.type === "circuit-open") reader.cancel().catch(() => {});
    };
    const resilient = wrapFetch(
      { fetch: async () => streamed(first, true), emit },
      circuitBreaker({ trip: consecutive(1) }),
      resume({ attempts: 0 }),
    );
    const reader = (await resilient(eventsUrl)).body!.getReader();
    await reader.read();
    await expect(reader.read()).rejects.toThrow("The stream broke");
  });

  it("because the upstream ended it with an error fails as that error, and is not requested again", async () => {
    const failed = 'id: 2\nevent: error\ndata: {"error":{"code":"rate_limit_exceeded","message":"Slow down"}}\n\n';
    const fetch = vi.fn<Fetch>(async () => streamed(encoder.encode(`id: 1\ndata: a\n\n${failed}`), false, 15));
    const response = await wrapFetch(fetch, resume())(eventsUrl);
    await expect(response.text()).rejects.toMatchObject({ verdict: { kind: "rate-limit" } });
    expect(fetch).toHaveBeenCalledTimes(1);
  });

  it("because its total time is up is not requested again; after a gap that is too long, it is", async () => {
    const clock = fakeClock();
    const fetch = vi.fn<Fetch>(async () => {
      const { response, send } = feed();
      send("id: 1\ndata: a\n\n");
      return response;
    });
    const profile = { connect: 1_000, firstContent: 1_000, gap: 1_000, total: 2_500 };
    const reading = wrapFetch({ fetch, clock, profile }, resume())(eventsUrl).then((response) => response.text());
    reading.catch(() => {});
    await clock.advance(60_000);
    await expect(reading).rejects.toMatchObject({ name: "TimeoutError", label: "total" });
    expect(fetch).toHaveBeenCalledTimes(3);
  });

  it.each<[string, (reader: ReadableStreamDefaultReader<Uint8Array>) => Promise<unknown>]>([
    ["read to its end", async (reader) => expect((await reader.read()).done).toBe(true)],
    ["broken", (reader) => expect(reader.read()).rejects.toThrow("The stream broke")],
    ["cancelled", (reader) => reader.cancel()],
  ])("holds the permit of its call until it is %s", async (how, end) => {
    const limit = semaphore({ permits: 1 });
    const fetch = async (): Promise<Response> => streamed(first, how === "broken");
    const resilient = wrapFetch({ fetch, key: () => "key" }, limit, resume({ attempts: 0 }));
    const reader = (await resilient(eventsUrl)).body!.getReader();
    await reader.read();
    expect(limit.active("key")).toBe(1);
    await end(reader);
    expect(limit.active("key")).toBe(0);
  });

  it("because it is JSON lines passes through unchanged", async () => {
    const lines = feed({ headers: { "content-type": "application/x-ndjson" } });
    const asked = wrapFetch(async () => lines.response, resume())(eventsUrl);
    lines.send('{"a":1}\n');
    const { value } = await (await asked).body!.getReader().read();
    expect(new TextDecoder().decode(value)).toBe('{"a":1}\n');
  });
});

it("a POST is not sent again to resume its stream, even if its events have ids", async () => {
  const fetch = vi.fn<Fetch>(async () => streamed(encoder.encode("id: 1\ndata: a\n\n"), true));
  const response = await wrapFetch(fetch, resume())("https://example.com/events", post);
  await expect(response.text()).rejects.toThrow("The stream broke");
  expect(fetch).toHaveBeenCalledTimes(1);
});

it("any other stream passes through unchanged, and so does its failure", async () => {
  const { fetch, requests } = provider(400);
  const response = await wrapFetch(fetch, resume())(url, { ...post, body: '{"stream":true}' });
  await expect(response.text()).rejects.toThrow("The stream broke");
  expect(requests).toHaveLength(1);
});

it("an option out of range is refused", () => {
  expect(() => resume({ attempts: -1 })).toThrow("Expected `attempts` to be an integer >= 0, got -1");
  expect(() => resume(5 as never)).toThrow("Expected `options` to be an object, got 5");
});
