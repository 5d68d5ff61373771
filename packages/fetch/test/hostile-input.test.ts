import { systemClock, type ResilienceEvent } from "@evenkeel/core";
import { resilientFetch, StreamError, wrapFetch } from "@evenkeel/fetch";
import { constant, retry } from "@evenkeel/retry";
import * as fc from "fast-check";
import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { framingOf } from "../src/framing.ts";
import { progressOf } from "../src/progress-of.ts";
import { TextProgress } from "../src/text-progress.ts";
import { chatUrl, post, type Fetch } from "./answers.ts";

const rejections: unknown[] = [];
const notice = (reason: unknown): void => void rejections.push(reason);
beforeAll(() => void process.on("unhandledRejection", notice));
afterAll(() => void process.off("unhandledRejection", notice));

const encoder = new TextEncoder();

/** Lines such as streams are made of, whole and broken, beside anything at all. */
const line = fc.oneof(
  fc.constantFrom(
    'data: {"choices":[{"index":0,"delta":{"content":"Hello"},"finish_reason":null}]}\n\n',
    'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n',
    'data: {"error":{"message":"Overloaded","code":"server_is_overloaded"}}\n\n',
    'event: error\ndata: {"type":"error","error":{"type":"overloaded_error"}}\n\n',
    'event: message_start\r\ndata: {"type":"message_start"}\r\n\r\n',
    'data: {"__proto__":{"polluted":true},"error":null}\n\n',
    'data: {"error":{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}}\n\n',
    "data: [DONE]\n\n",
    "data: {broken\n\n",
    ": comment\n\n",
    "event: ping\ndata\n\n",
    "\r\r",
    "\uFEFFdata:",
    "\0",
  ),
  fc.string({ unit: "binary" }),
  fc.json().map((json) => `data: ${json}\n\n`),
);

/** Such a stream as bytes, some of them damaged, cut anywhere. */
const chunks = fc
  .tuple(
    fc.array(line, { maxLength: 12 }),
    fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }),
    fc.array(fc.nat(), { maxLength: 8 }),
  )
  .map(([lines, damages, places]) => {
    const bytes = encoder.encode(lines.join(""));
    for (const [place, byte] of damages) if (bytes.length > 0) bytes[place % bytes.length] = byte;
    const cuts = places.map((place) => place % (bytes.length + 1)).toSorted((a, b) => a - b);
    return [0, ...cuts].map((start, index) => bytes.slice(start, cuts[index]));
  });

const contentType = fc.constantFrom(
  "text/event-stream",
  "application/x-ndjson",
  "application/json",
  "application/vnd.amazon.eventstream",
  "text/html",
  "text/plain",
  "",
);

function streamed(parts: readonly Uint8Array[], init: ResponseInit): Response {
  const rest = [...parts];
  return new Response(
    new ReadableStream<Uint8Array>({
      pull(controller) {
        const next = rest.shift();
        if (next) controller.enqueue(next);
        else controller.close();
      },
    }),
    init,
  );
}

/** Reads what comes, and tells whether it ended well. */
async function read(response: Response): Promise<{ bytes: number[]; isWhole: boolean }> {
  const bytes: number[] = [];
  try {
    if (response.body) for await (const chunk of response.body) bytes.push(...chunk);
    return { bytes, isWhole: true };
  } catch {
    return { bytes, isWhole: false };
  }
}

const atOnce = { retry: retry({ retries: 1, backoff: constant(0) }), clock: systemClock };

describe("a stream of any bytes, cut anywhere", () => {
  it("is parsed without throwing, and pollutes no prototype", () => {
    fc.assert(
      fc.property(fc.constantFrom("text/event-stream", "application/x-ndjson"), chunks, (type, parts) => {
        const progress = new TextProgress(framingOf(type)!);
        for (const part of parts) expect(typeof progress.take(part)).toBe("boolean");
        expect(["string", "undefined"]).toContain(typeof progress.missing);
      }),
    );
    expect(Reflect.has({}, "polluted")).toBe(false);
  });

  it("arrives through resilientFetch as the bytes that were sent, all of them or up to a reported failure", async () => {
    await fc.assert(
      fc.asyncProperty(chunks, contentType, fc.nat(64), async (parts, type, peek) => {
        const sent = Array.from(Buffer.concat(parts));
        const fetch: Fetch = async () => streamed(parts, { headers: { "content-type": type } });
        const asked = await resilientFetch({ fetch, peek, ...atOnce })(chatUrl, post).catch(() => undefined);
        if (!asked?.ok) return; // a failure that was declared
        const { bytes, isWhole } = await read(asked);
        expect(bytes).toEqual(isWhole ? sent : sent.slice(0, bytes.length));
      }),
    );
  });
});

describe("values that cannot become a string or a number", () => {
  const odd = { toString: 1, valueOf: 1 };
  const events = [
    { type: odd },
    { choices: [{ index: odd, finish_reason: odd, delta: odd, message: odd }] },
    { choices: [{ index: 0, delta: { content: odd } }], finish_reason: odd },
    { candidates: [{ finishReason: odd, content: { parts: [{ text: odd }] } }], promptFeedback: { blockReason: odd } },
    { done: odd, message: odd, response: odd },
    { token: odd, generated_text: odd, object: odd, jsonrpc: odd },
  ];

  it.each(events)("pass through in a stream: %j", async (event) => {
    const end = { done: true, response: "", token: {}, generated_text: "" }; // of those protocols that must have one
    const text = [event, end].map((each) => `data: ${JSON.stringify(each)}\n\n`).join("") + "data: [DONE]\n\n";
    const fetch: Fetch = async () => new Response(text, { headers: { "content-type": "text/event-stream" } });
    expect(await (await wrapFetch(fetch)(chatUrl, post)).text()).toBe(text);
  });

  it.each(events)("pass through in an answer: %j", async (event) => {
    const answer = await wrapFetch(async () => Response.json(event))(chatUrl, post);
    expect(await answer.json()).toEqual(event);
  });
});

describe("a stream in tiny chunks", () => {
  it("takes time in proportion to its size, in the middle of a binary message too", () => {
    const progress = progressOf("application/vnd.amazon.eventstream")!;
    const chunk = new Uint8Array(16);
    progress.take(Uint8Array.of(0, 16, 0, 0)); // the message has 1 MiB
    const start = performance.now();
    for (let count = 1; count < 65_536; count++) progress.take(chunk);
    expect(performance.now() - start).toBeLessThan(1_000);
    expect(progress).toMatchObject({ hasEvents: false, missing: "any content" });
  });
});

describe("headers of any content and size", () => {
  const value = fc.oneof(
    fc.stringMatching(/^[\x21-\x7e]{0,40}$/),
    fc.constantFrom("-1", "1e999", "NaN", "9".repeat(400), "Infinity", "0x10", "Thu, 99 Foo 0000", "1".repeat(100_000)),
  );
  const names = [
    "retry-after",
    "retry-after-ms",
    "x-should-retry",
    "x-ratelimit-remaining-requests",
    "x-ratelimit-reset-requests",
    "anthropic-ratelimit-requests-reset",
    "ratelimit",
    "date",
    "content-type",
    "content-length",
    "x-stainless-retry-count",
  ];

  it("leave the response as it was", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.constantFrom(...names), value),
        fc.constantFrom(200, 400, 429, 503, 529),
        async (headers, status) => {
          const fetch: Fetch = async () => new Response("{}", { status, headers });
          const answer = await wrapFetch(fetch)(chatUrl, { ...post, headers });
          expect([answer.status, await answer.text()]).toEqual([status, "{}"]);
        },
      ),
    );
  });
});

function no(): never {
  throw new Error("no");
}

const untouchable: object = new Proxy({}, { get: no, has: no, ownKeys: no, getPrototypeOf: no });
const cyclic = new Error("cyclic");
cyclic.cause = cyclic;

describe("whatever a fetch throws", () => {
  it.each<[what: string, thrown: unknown]>([
    ["nothing", undefined],
    ["null", null],
    ["a string", "timeout"],
    ["a number", Number.NaN],
    ["a symbol", Symbol("x")],
    ["a proxy that throws", untouchable],
    ["a cause of itself", cyclic],
    ["a frozen error", Object.freeze(new Error("frozen"))],
    ["an object without a prototype", Object.create(null)],
    [
      "getters that throw",
      Object.defineProperties({}, { message: { get: no }, cause: { get: no }, verdict: { get: no } }),
    ],
    // oxlint-disable-next-line unicorn/no-thenable -- what a stranger throws may well be one
    ["a thenable that throws", { then: no }],
    // oxlint-disable-next-line unicorn/no-thenable
    ["a thenable that never settles", { then() {} }],
  ])("%s is what the caller gets", async (_, thrown) => {
    let calls = 0;
    const fetch: Fetch = () => {
      calls++;
      // A promise rejects with anything, where `throw` in an async function would do the same.
      return new Promise((_resolve, reject) => {
        reject(thrown);
      });
    };
    const outcome = await resilientFetch({ fetch, ...atOnce })(chatUrl, post).then(
      () => ({ thrown: "nothing was thrown" as unknown }),
      (error: unknown) => ({ thrown: error }),
    );
    expect(Object.is(outcome.thrown, thrown)).toBe(true);
    expect(calls).toBeGreaterThan(0);
  });
});

describe("a secret", () => {
  const secret = "sk-secret-0123456789";
  const prompt = "my-private-prompt";

  it.each<[what: string, respond: () => Response]>([
    ["a failed status", () => Response.json({ error: { message: `Bad key ${secret}: ${prompt}` } }, { status: 401 })],
    ["an overloaded provider", () => Response.json({ error: { message: `${secret} ${prompt}` } }, { status: 503 })],
    [
      "an error with status 200",
      () => Response.json({ error: { message: `${secret} ${prompt}`, type: "server_error" } }),
    ],
    [
      "an error in a stream",
      () =>
        new Response(
          `data: {"choices":[{"index":0,"delta":{"content":"${prompt}"}}]}\n\ndata: {"error":{"message":"${secret}"}}\n\n`,
          { headers: { "content-type": "text/event-stream" } },
        ),
    ],
    [
      "a stream that is cut",
      () =>
        new Response(`data: {"choices":[{"index":0,"delta":{"content":"${prompt}"}}]}\n\ndata: {"${secret}`, {
          headers: { "content-type": "text/event-stream" },
        }),
    ],
  ])("is in no event, message or printed error after %s", async (_, respond) => {
    const told: string[] = [];
    const note = (error: unknown): void => {
      if (error instanceof Error) told.push(String(error), error.stack ?? "");
      // What the upstream itself has reported is kept, for whoever looks for it.
      if (!(error instanceof StreamError)) told.push(inspect(error, { depth: 9 }), JSON.stringify({ error }));
    };
    const emit = (event: ResilienceEvent): void => {
      const { error, ...fields } = event as ResilienceEvent & Record<string, unknown>;
      note(error);
      told.push(JSON.stringify(fields), inspect(fields, { depth: 9 }));
    };
    const url = `${chatUrl}?key=${secret}`;
    const init = { ...post, headers: { authorization: `Bearer ${secret}` }, body: JSON.stringify({ prompt }) };
    try {
      const fetch = async (): Promise<Response> => {
        const response = respond();
        response.headers.set("set-cookie", secret);
        return Object.defineProperty(response, "url", { value: url });
      };
      const response = await resilientFetch({ fetch, emit, ...atOnce })(url, init);
      const reader = response.body!.getReader();
      while (!(await reader.read()).done);
    } catch (error) {
      note(error);
    }
    expect(told.length).toBeGreaterThan(0);
    expect(told.join("\n")).not.toMatch(/sk-secret|my-private/);
  });
});

it("nothing above has left a rejection unhandled", async () => {
  await new Promise((resolve) => setImmediate(resolve));
  expect(rejections).toEqual([]);
});
