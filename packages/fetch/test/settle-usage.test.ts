import Anthropic from "@anthropic-ai/sdk";
import { compose, wrap, type Call } from "@evenkeel/core";
import {
  anthropicMiddleware,
  resilientFetch,
  settleUsage,
  StreamError,
  wrapFetch,
  type BodyEvent,
  type ResilientFetchOptions,
} from "@evenkeel/fetch";
import { semaphore, tokenBucket, type TokenBucket } from "@evenkeel/rate-limit";
import { constant, retry } from "@evenkeel/retry";
import { fakeClock, type FakeClock } from "@evenkeel/testkit";
import { faultServer, frame, gzip, json as jsonReply, openaiChat, sse, stall } from "@evenkeel/testkit/server";
import { setTimeout as wait } from "node:timers/promises";
import OpenAI from "openai";
import { describe, expect, it, vi } from "vitest";
import { amazonEvent } from "./amazon-messages.ts";
import { chatUrl, chunk, done, feed, json, post, whole, type Fetch } from "./answers.ts";

const burst = 100_000;
const reserved = 4_000;
const encoder = new TextEncoder();

interface Setting {
  readonly clock: FakeClock;
  readonly tokens: TokenBucket;
  readonly resilient: typeof fetch;
  /** What the bucket has been charged so far. */
  readonly spent: () => number;
}

function setUp(fetch: Fetch | undefined, options: ResilientFetchOptions = {}): Setting {
  const clock = fakeClock();
  const tokens = tokenBucket({ limit: burst, interval: 1e12, clock });
  const resilient = resilientFetch({
    fetch,
    clock,
    key: () => "key",
    cost: () => reserved,
    rateLimit: compose(tokens, settleUsage()),
    retry: retry({ retries: 1, backoff: constant(0), clock }),
    ...options,
  });
  return { clock, tokens, resilient, spent: () => burst - tokens.available("key") };
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** Answers with a body that comes in these chunks. */
function answering(contentType: string, chunks: readonly Uint8Array<ArrayBuffer>[], init: ResponseInit = {}): Fetch {
  return async () => {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const each of chunks) controller.enqueue(each);
        controller.close();
      },
    });
    return new Response(body, { ...init, headers: { "content-type": contentType } });
  };
}

function cutInto(bytes: Uint8Array<ArrayBuffer>, size: number): Uint8Array<ArrayBuffer>[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.slice(index * size, (index + 1) * size),
  );
}

const events = "text/event-stream";
const plain = "application/json";
const counted = { prompt_tokens: 300, completion_tokens: 400, total_tokens: 700 };
const message = { id: "msg_1", type: "message", role: "assistant", model: "claude-mock", stop_sequence: null };
const anthropicUsage = {
  input_tokens: 100,
  cache_creation_input_tokens: 50,
  cache_read_input_tokens: 9_000,
  cache_creation: { ephemeral_5m_input_tokens: 50, ephemeral_1h_input_tokens: 0 },
};
const anthropicCall = (input: object): string =>
  JSON.stringify({
    ...message,
    content: [{ type: "tool_use", input }],
    stop_reason: "tool_use",
    usage: { ...anthropicUsage, output_tokens: 20 },
  });
const anthropicStream = (usage: object): string =>
  frame(
    {
      type: "message_start",
      message: { ...message, content: [], stop_reason: null, usage: { ...anthropicUsage, output_tokens: 3 } },
    },
    "message_start",
  ) +
  frame({ type: "content_block_start", index: 0, content_block: { type: "text", text: "" } }, "content_block_start") +
  frame(
    { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "x".repeat(100_000) } },
    "content_block_delta",
  ) +
  frame({ type: "content_block_stop", index: 0 }, "content_block_stop") +
  frame({ type: "message_delta", delta: { stop_reason: "end_turn", stop_sequence: null }, usage }, "message_delta") +
  frame({ type: "message_stop" }, "message_stop");
const geminiEvent = (total: number, finishReason?: string): object => ({
  candidates: [{ content: { parts: [{ text: "Hello" }], role: "model" }, finishReason, index: 0 }],
  usageMetadata: { promptTokenCount: 10, candidatesTokenCount: total - 10, totalTokenCount: total },
  modelVersion: "gemini-mock",
});
const cohereUsage = {
  billed_units: { input_tokens: 5, output_tokens: 18 },
  tokens: { input_tokens: 71, output_tokens: 418 },
};
const ollamaDone = {
  done: true,
  done_reason: "stop",
  total_duration: 5_191_566_416,
  prompt_eval_count: 26,
  prompt_eval_duration: 383_809_000,
  eval_count: 298,
};
const completed = {
  id: "resp_1",
  status: "completed",
  output: [{ type: "message", content: [{ type: "output_text", text: "Hello" }] }],
  tools: [
    { type: "function", parameters: { properties: { usage: { properties: { total_tokens: { type: "integer" } } } } } },
  ],
  usage: { input_tokens: 30, input_tokens_details: { cached_tokens: 7 }, output_tokens: 12, total_tokens: 42 },
  user: null,
  metadata: Object.fromEntries(Array.from({ length: 16 }, (_, index) => [`key_${index}`, "v".repeat(512)])),
};

describe("the bucket is charged the provider's token count", () => {
  it.each<[string, string, string | Uint8Array<ArrayBuffer>, number]>([
    ["a chat completion", plain, JSON.stringify({ ...whole, usage: counted }), 700],
    ["one that is indented", plain, JSON.stringify({ ...whole, usage: counted }, undefined, 2), 700],
    [
      "one that counts first, as Mistral's",
      plain,
      JSON.stringify({ id: "1", model: "m", usage: counted, choices: [{ message: { content: "x".repeat(100_000) } }] }),
      700,
    ],
    [
      "a stream of one that asked for its usage",
      events,
      chunk("Hello") +
        frame({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }], usage: null }) +
        frame({ choices: [], usage: counted }) +
        frame("[DONE]"),
      700,
    ],
    [
      "a stream that counts in every event, as xAI's",
      events,
      frame({ choices: [{ index: 0, delta: { content: "a" }, finish_reason: null }], usage: { total_tokens: 50 } }) +
        frame({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }], usage: { total_tokens: 60 } }) +
        frame("[DONE]"),
      60,
    ],
    ["Groq's", events, chunk("a") + frame({ x_groq: { id: "1", usage: counted }, choices: [] }) + done, 700],
    [
      "embeddings",
      plain,
      JSON.stringify({ object: "list", data: [{ embedding: Array(9e3).fill(0.1) }], usage: counted }),
      700,
    ],
    ["a response", plain, JSON.stringify(completed), 42],
    [
      "a stream of a response",
      events,
      frame(
        { type: "response.created", response: { ...completed, status: "in_progress", usage: null } },
        "response.created",
      ) +
        frame({ type: "response.output_text.delta", delta: "Hello" }, "response.output_text.delta") +
        frame({ type: "response.completed", response: completed }, "response.completed"),
      42,
    ],
    [
      "a message of Anthropic's, but for what was read from the cache",
      plain,
      anthropicCall({ usage: { total_tokens: 5 } }),
      170,
    ],
    ["a stream of one", events, anthropicStream({ ...anthropicUsage, output_tokens: 2_000 }), 2_150],
    [
      "a stream of one that tells its input only at the beginning",
      events,
      anthropicStream({ output_tokens: 2_000 }),
      2_150,
    ],
    [
      "a stream of one that tells of each of its turns",
      events,
      anthropicStream({ ...anthropicUsage, output_tokens: 30, iterations: [{ input_tokens: 1, output_tokens: 2 }] }),
      180,
    ],
    [
      "a message of Anthropic's with the arguments of a tool that look like a count of another API",
      plain,
      anthropicCall({ usageMetadata: { totalTokenCount: 5 } }),
      170,
    ],
    [
      "a call of Gemini's with such arguments",
      plain,
      JSON.stringify({
        candidates: [{ content: { parts: [{ functionCall: { name: "log", args: { usage: counted } } }] } }],
        usageMetadata: { totalTokenCount: 33 },
      }),
      33,
    ],
    ["Gemini's", plain, JSON.stringify(geminiEvent(33, "STOP"), undefined, 2), 33],
    [
      "a stream of Gemini's",
      events,
      [geminiEvent(15), geminiEvent(33, "STOP")].map((event) => `data: ${JSON.stringify(event)}\r\n\r\n`).join(""),
      33,
    ],
    [
      "a list of Gemini's",
      plain,
      `[${JSON.stringify(geminiEvent(15))}\n,\n${JSON.stringify(geminiEvent(33, "STOP"))}\n]`,
      33,
    ],
    [
      "Ollama's",
      plain,
      JSON.stringify({ model: "m", response: "Hello", context: Array(9e3).fill(1), ...ollamaDone }),
      324,
    ],
    [
      "a stream of Ollama's",
      "application/x-ndjson",
      `${JSON.stringify({ message: { content: "Hello" }, done: false })}\n${JSON.stringify({ message: { content: "" }, ...ollamaDone })}\n`,
      324,
    ],
    [
      "an embedding of Ollama's",
      plain,
      JSON.stringify({ embeddings: [[0.1]], total_duration: 14, prompt_eval_count: 8 }),
      8,
    ],
    ["Cohere's", plain, JSON.stringify({ id: "1", finish_reason: "COMPLETE", message: {}, usage: cohereUsage }), 489],
    [
      "a stream of Cohere's",
      events,
      frame({ type: "content-delta", delta: { message: { content: { text: "Hello" } } } }, "content-delta") +
        frame({ type: "message-end", delta: { finish_reason: "COMPLETE", usage: cohereUsage } }, "message-end"),
      489,
    ],
    [
      "an embedding of Cohere's",
      plain,
      JSON.stringify({ embeddings: {}, meta: { billed_units: { input_tokens: 5 } } }),
      5,
    ],
    [
      "Bedrock's",
      plain,
      JSON.stringify({
        output: {},
        stopReason: "end_turn",
        usage: { inputTokens: 30, outputTokens: 628, totalTokens: 658 },
      }),
      658,
    ],
    [
      "a stream of Bedrock's",
      "application/vnd.amazon.eventstream",
      new Uint8Array(
        Buffer.concat([
          amazonEvent("messageStart", { role: "assistant" }),
          amazonEvent("contentBlockDelta", { contentBlockIndex: 0, delta: { text: "Hello" } }),
          amazonEvent("messageStop", { stopReason: "end_turn" }),
          amazonEvent("metadata", {
            metrics: { latencyMs: 1 },
            usage: { inputTokens: 8, outputTokens: 3, totalTokens: 11 },
          }),
        ]),
      ),
      11,
    ],
  ])("%s", async (_what, contentType, body, cost) => {
    const bytes = typeof body === "string" ? encoder.encode(body) : body;
    for (const size of [bytes.length, 70_001, 1_000, 7]) {
      for (const peek of [undefined, 0]) {
        const { resilient, spent } = setUp(answering(contentType, cutInto(bytes, size)), { peek });
        const answer = await resilient(chatUrl, post);
        expect(new Uint8Array(await answer.arrayBuffer())).toEqual(bytes);
        await settled();
        expect([size, peek, spent()]).toEqual([size, peek, cost]);
      }
    }
  });

  it("whatever the length of the answer, and of its chunks", async () => {
    const content = "x".repeat(9_000);
    for (let pieces = 0; pieces < 16; pieces++) {
      const choices = Array.from({ length: pieces }, () => ({ message: { content }, finish_reason: "stop" }));
      for (const answer of [
        { usage: counted, choices },
        { choices, usage: counted },
      ]) {
        const bytes = encoder.encode(JSON.stringify(answer));
        for (const size of [bytes.length, 33_000, 22_000, 5_000, 999]) {
          const { resilient, spent } = setUp(answering(plain, cutInto(bytes, size)), { peek: 0 });
          await (await resilient(chatUrl, post)).json();
          expect([pieces, size, spent()]).toEqual([pieces, size, 700]);
        }
      }
    }
  });

  it("and a bucket that counts calls is not", async () => {
    const calls = tokenBucket({ limit: 10, interval: 60_000, clock: fakeClock(), cost: () => 1 });
    const tokens = tokenBucket({ limit: burst, interval: 60_000, clock: fakeClock() });
    const { resilient } = setUp(async () => json({ ...whole, usage: counted }), {
      rateLimit: compose(calls, tokens, settleUsage()),
    });
    await (await resilient(chatUrl, post)).json();
    await settled();
    expect([calls.available("key"), tokens.available("key")]).toEqual([9, burst - 700]);
  });

  it("below middleware for Anthropic's SDK, too", async () => {
    const tokens = tokenBucket({ limit: burst, interval: 60_000, clock: fakeClock() });
    const middleware = anthropicMiddleware({
      rateLimit: compose(tokens, settleUsage()),
      cost: () => reserved,
      key: () => "key",
    });
    const answer = {
      ...message,
      content: [],
      stop_reason: "end_turn",
      usage: { ...anthropicUsage, output_tokens: 20 },
    };
    const request = { url: "https://api.anthropic.com/v1/messages", ...post, headers: new Headers(post.headers) };
    const response = await middleware(request as never, async () => json(answer));
    await response.json();
    await settled();
    expect(burst - tokens.available("key")).toBe(170);
  });
});

describe("what was reserved stays charged", () => {
  it.each<[string, string, string]>([
    ["of a stream that tells of no usage", events, chunk("Hello") + done],
    ["where the usage is nothing", plain, JSON.stringify({ ...whole, usage: { total_tokens: 0 } })],
    ["where the usage is absurd", plain, `{"usage":{"total_tokens":${"9".repeat(30)}}}`],
    ["where the answer is no model's", plain, JSON.stringify({ keel: "even" })],
    [
      "of what is billed otherwise",
      plain,
      JSON.stringify({ results: [], meta: { billed_units: { search_units: 1 } } }),
    ],
    [
      "if the model writes about usage",
      plain,
      quoting(JSON.stringify({ usage: counted, usageMetadata: { totalTokenCount: 5 } })),
    ],
    ["where it quotes an answer", plain, quoting(JSON.stringify({ text: JSON.stringify({ usage: counted }) }))],
    ["where it writes of usage in a stream", events, chunk('{"usage": {"total_tokens": 5}}') + chunk("\n\\") + done],
  ])("%s", async (_what, contentType, body) => {
    const { resilient, spent } = setUp(answering(contentType, [encoder.encode(body)]));
    expect(await (await resilient(chatUrl, post)).text()).toBe(body);
    await settled();
    expect(spent()).toBe(reserved);
  });

  function quoting(content: string): string {
    return JSON.stringify({ choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }] });
  }

  it.each([1_000, 1_000_000])(
    "of an answer with its count in the middle, far from both ends, in chunks of %i",
    async (size) => {
      const choices = [{ message: { content: "x".repeat(100_000) } }];
      const bytes = encoder.encode(JSON.stringify({ choices, usage: counted, again: choices }));
      const { resilient, spent } = setUp(answering(plain, cutInto(bytes, size)));
      await (await resilient(chatUrl, post)).json();
      await settled();
      expect(spent()).toBe(reserved);
    },
  );

  it.each([
    ["is only read", chatUrl, { method: "GET" }],
    ["is the record of a job", "https://aiplatform.test/m:fetchPredictOperation", post],
  ])("of what %s, which was counted when it was generated", async (_what, url, init) => {
    const { resilient, spent } = setUp(async () => json(completed));
    await (await resilient(url, init)).json();
    await settled();
    expect(spent()).toBe(reserved);
  });

  it.each<[string, Fetch, RequestInit]>([
    ["has none", async () => new Response(null, { status: 204 }), post],
    ["may have none", async () => new Response(null, { headers: { "content-type": plain } }), { method: "HEAD" }],
  ])("of an answer that %s", async (_what, fetch, init) => {
    const { resilient, spent } = setUp(fetch);
    expect(await (await resilient(chatUrl, init)).text()).toBe("");
    expect(spent()).toBe(reserved);
  });

  it("of a response whose status cannot be built", async () => {
    const odd = Object.defineProperty(json({ usage: counted }), "status", { value: 999 });
    Object.defineProperty(odd, "ok", { value: false });
    const { resilient, spent } = setUp(async () => odd);
    expect(await resilient(chatUrl, post)).toBe(odd);
    expect(spent()).toBe(reserved);
  });

  it("of a result that no fetch has returned", async () => {
    const tokens = tokenBucket({ limit: burst, interval: 60_000, clock: fakeClock() });
    const layers = compose(tokens, settleUsage());
    const answer = json({ usage: counted });
    const ask = wrap(async ({ input }: Call) => (input === "nothing" ? undefined : answer), layers);
    expect(await ask("nothing", { cost: 10 })).toBe(undefined);
    for (const input of [undefined, null, "other", {}]) expect(await ask(input, { cost: 10 })).toBe(answer);
    expect(burst - tokens.available()).toBe(50);
  });
});

describe("however an answer is read", () => {
  const usage = frame({ choices: [], usage: counted }) + frame("[DONE]");
  const ending = frame({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] }) + usage;

  it.each<[string, (response: Response) => Promise<unknown>]>([
    ["as text", (response) => response.text()],
    ["as JSON", (response) => response.json()],
    ["twice", (response) => Promise.all([response.clone().text(), response.json()])],
    ["not at all", async () => {}],
    ["cancelled", async (response) => (await settled(), response.body!.cancel())],
  ])("JSON is settled: %s", async (_how, read) => {
    const clock = fakeClock();
    const permits = semaphore({ permits: 1, clock });
    const tokens = tokenBucket({ limit: burst, interval: 60_000, clock });
    const { resilient } = setUp(async () => json({ ...whole, usage: counted }), {
      clock,
      rateLimit: compose(tokens, permits, settleUsage()),
    });
    await read(await resilient(chatUrl, post));
    await settled();
    expect([burst - tokens.available("key"), permits.active("key")]).toEqual([700, 0]);
  });

  it("both readers of a stream get it whole", async () => {
    const body = chunk("Hello") + ending;
    const { resilient, spent } = setUp(answering(events, cutInto(encoder.encode(body), 20)));
    const response = await resilient(chatUrl, post);
    const [one, other] = response.body!.tee();
    expect(await Promise.all([new Response(one).text(), new Response(other).text()])).toEqual([body, body]);
    expect(spent()).toBe(700);
  });

  it("the response has the same properties", async () => {
    const answer = json(whole, { status: 201, statusText: "Made", headers: { "x-request-id": "1" } });
    Object.defineProperties(answer, { url: { value: chatUrl }, redirected: { value: true } });
    const { resilient } = setUp(async () => answer);
    const { url, redirected, status, statusText, headers } = (await resilient(chatUrl, post)).clone();
    expect([url, redirected, status, statusText, headers.get("x-request-id")]).toEqual([
      chatUrl,
      true,
      201,
      "Made",
      "1",
    ]);
  });

  it("a stream has the same chunks, each requested only when its reader requests one", async () => {
    const chunks = cutInto(encoder.encode(chunk("Hello").repeat(20) + ending), 50);
    const pull = vi.fn<(controller: ReadableStreamDefaultController<Uint8Array>) => void>((controller) => {
      const next = chunks[pull.mock.calls.length - 1];
      if (next) controller.enqueue(next);
      else controller.close();
    });
    const body = new ReadableStream<Uint8Array>({ pull }, { highWaterMark: 0 });
    const { resilient } = setUp(async () => new Response(body, { headers: { "content-type": events } }));
    const reader = (await resilient(chatUrl, post)).body!.getReader();
    await settled();
    const before = pull.mock.calls.length;
    expect(before).toBeLessThan(5);
    for (const expected of chunks.slice(0, 10)) expect((await reader.read()).value).toBe(expected);
    await settled();
    expect(pull).toHaveBeenCalledTimes(10);
  });

  it("a stream that its reader leaves at the end of the answer is settled by what follows", async () => {
    const { response, send, end } = feed();
    const { resilient, spent } = setUp(async () => response);
    send(chunk("Hello"));
    const reader = (await resilient(chatUrl, post)).body!.getReader();
    await reader.read();
    const read = reader.read();
    send(frame({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] }));
    await read;
    send(usage);
    end();
    await settled();
    expect(spent()).toBe(700);
  });
});

describe("a stream that does not reach its end", () => {
  type Leave = (given: { response: Response; caller: AbortController; clock: FakeClock }) => unknown;

  /** Opens a stream that says this, and leaves it. */
  async function left(said: string, leave: Leave): Promise<{ spent: number; permits: number; timers: number }> {
    const { response, send } = feed();
    const clock = fakeClock();
    const permits = semaphore({ permits: 1, clock });
    const tokens = tokenBucket({ limit: burst, interval: 1e12, clock });
    const { resilient } = setUp(async () => response, { clock, rateLimit: compose(tokens, permits, settleUsage()) });
    const caller = new AbortController();
    send(said);
    const answer = await resilient(chatUrl, { ...post, signal: caller.signal });
    await leave({ response: answer, caller, clock });
    await settled();
    return {
      spent: Math.round(burst - tokens.available("key")),
      permits: permits.active("key"),
      timers: clock.pending,
    };
  }

  const ways: [string, Leave][] = [
    ["cancelled", ({ response }) => response.body!.cancel()],
    [
      "aborted",
      async ({ response, caller }) => {
        const read = response.text();
        await settled();
        caller.abort(new Error("left"));
        await expect(read).rejects.toThrow("left");
      },
    ],
    [
      "stalled",
      async ({ response, clock }) => {
        const read = response.text().catch((error: unknown) => error);
        await settled();
        await clock.advance(60_000);
        expect(await read).toMatchObject({ label: "gap" });
      },
    ],
    ["unread", ({ clock }) => clock.advance(60_000)],
    [
      "begun and then left unread",
      async ({ response, clock }) => {
        await response.body!.getReader().read();
        await clock.advance(60_000);
      },
    ],
  ];

  it.each(ways)("stays charged what was reserved if it is %s", async (_how, leave) => {
    expect(await left(chunk("Hello"), leave)).toEqual({ spent: reserved, permits: 0, timers: 0 });
  });

  it.each(ways)("is charged the provider's last count if it is %s", async (how, leave) => {
    const { spent, ...rest } = await left(frame(geminiEvent(33)), leave);
    expect(rest).toEqual({ permits: 0, timers: 0 });
    expect(spent).toBe(how === "cancelled" ? reserved : 33); // before anything of it was read
  });

  it("stays charged what was reserved if Anthropic's count is not complete", async () => {
    const start = { ...message, content: [], stop_reason: null, usage: { ...anthropicUsage, output_tokens: 3 } };
    const said =
      frame({ type: "message_start", message: start }, "message_start") +
      frame({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "a" } }, "content_block_delta");
    const { spent } = await left(said, async ({ response }) => {
      const reader = response.body!.getReader();
      await reader.read();
      await reader.cancel();
    });
    expect(spent).toBe(reserved);
  });

  it("is garbage-collected with its reader", async () => {
    const clock = fakeClock();
    const permits = semaphore({ permits: 1, clock });
    const answer = feed();
    const { resilient } = setUp(async () => answer.response, { clock, rateLimit: compose(permits, settleUsage()) });
    answer.send(chunk("Hello"));
    const open = async (): Promise<void> => void (await resilient(chatUrl, post));
    await open();
    expect(permits.active("key")).toBe(1);
    for (let turn = 0; turn < 50 && permits.active("key") > 0; turn++) {
      await wait(5);
      globalThis.gc!();
    }
    expect(permits.active("key")).toBe(0);
    expect(await answer.cancelled).toMatchObject({ message: "The body was not read to its end" });
  });

  it.each([
    ["keeps what was reserved where it told of none", "", reserved],
    ["is charged what was counted where it told that", frame({ choices: [], usage: counted }), 700],
  ])("for an error that the provider reports: %s", async (_what, told, cost) => {
    const failure = frame({ error: { message: "Overloaded", type: "server_error", code: 503 } });
    const answer = answering(events, [encoder.encode(chunk("a")), encoder.encode(told + failure)]);
    const { resilient, spent, clock } = setUp(answer);
    const { body } = await resilient(chatUrl, post);
    const [reading] = [new Response(body).text(), clock.advance(1_000)];
    await expect(reading).rejects.toMatchObject({ code: "STREAM_FAILED" });
    await settled();
    expect(spent()).toBeCloseTo(cost); // a second has refilled the bucket a little
  });

  it("breaks with the error that broke it below", async () => {
    const answer = feed();
    let failure: unknown;
    const { resilient, spent } = setUp(async () => answer.response, {
      emit: (event) => void (event.type === "body" && ({ error: failure } = event as BodyEvent)),
    });
    answer.send(chunk("a"));
    const response = await resilient(chatUrl, post);
    answer.fail(new TypeError("terminated"));
    const error: unknown = await response.text().catch((error: unknown) => error);
    expect(error).toBeInstanceOf(StreamError);
    expect(error).toBe(failure);
    expect(spent()).toBe(reserved);
  });
});

describe("of a call that is sent more than once", () => {
  function failingOnce(): Fetch {
    let sent = 0;
    return async () =>
      sent++ === 0 ? json({ error: { message: "Slow down" } }, { status: 429 }) : json({ ...whole, usage: counted });
  }

  it("the bucket below the retry gives back what was refused, and is charged for what was done", async () => {
    const { resilient, spent } = setUp(failingOnce());
    await (await resilient(chatUrl, post)).json();
    await settled();
    expect(spent()).toBe(700);
  });

  it.each(["below", "above"])(
    "the bucket above the retry is charged the last attempt, by a layer %s it",
    async (where) => {
      const clock = fakeClock();
      const tokens = tokenBucket({ limit: burst, interval: 60_000, clock });
      const again = retry({ retries: 1, backoff: constant(0), clock });
      const options = { fetch: failingOnce(), clock, key: () => "key", cost: () => reserved };
      const layers = where === "below" ? [again, settleUsage()] : [settleUsage(), again];
      const answer = await wrapFetch(options, tokens, ...layers)(chatUrl, post);
      await answer.json();
      await settled();
      expect(burst - tokens.available("key")).toBe(700);
    },
  );
});

describe("over sockets", () => {
  const question = { model: "mock", max_tokens: 100, messages: [{ role: "user" as const, content: "Hi" }] };

  it("a stream of OpenAI's SDK is settled with the usage that the SDK reports", async () => {
    await using server = await faultServer();
    const { resilient, spent } = setUp(undefined);
    const client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: "none", fetch: resilient, maxRetries: 0 });
    const options = { stream: true, stream_options: { include_usage: true } } as const;
    let usage: OpenAI.CompletionUsage | null | undefined;
    for await (const each of await client.chat.completions.create({ ...question, ...options })) ({ usage } = each);
    await settled();
    expect(usage?.total_tokens).toBeGreaterThan(0);
    expect(spent()).toBe(usage?.total_tokens);
  });

  it("a stream of Anthropic's SDK is settled with the usage that the SDK reports", async () => {
    await using server = await faultServer();
    const { resilient, spent } = setUp(undefined);
    const client = new Anthropic({ baseURL: server.url, apiKey: "none", fetch: resilient, maxRetries: 0 });
    const { usage } = await client.messages.stream(question).finalMessage();
    await settled();
    expect(usage.output_tokens).toBeGreaterThan(1);
    expect(spent()).toBe(usage.input_tokens + usage.output_tokens);
  });

  it("a stream whose loop the user of an SDK leaves is cancelled, and stays charged what was reserved", async () => {
    await using server = await faultServer({
      respond: () => sse([frame({ choices: [{ index: 0, delta: { content: "a" } }] }), stall]),
    });
    const { resilient, spent } = setUp(undefined);
    const client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: "none", fetch: resilient, maxRetries: 0 });
    for await (const each of await client.chat.completions.create({ ...question, stream: true })) if (each) break;
    await vi.waitFor(() => expect(server.active).toBe(0));
    expect(spent()).toBe(reserved);
  });

  it.each([
    ["plain", openaiChat("An even keel", { stream: true, usage: true })],
    ["compressed", gzip(openaiChat("An even keel", { stream: true, usage: true }))],
    ["in one piece", openaiChat("An even keel")],
    ["in one piece, compressed", gzip(jsonReply({ ...whole, usage: { total_tokens: 4 } }))],
    ["in one piece that calls itself a stream", sse([JSON.stringify({ ...whole, usage: { total_tokens: 4 } })])],
  ])("an answer is settled: %s", async (_how, reply) => {
    await using server = await faultServer({ respond: () => reply });
    const { resilient, spent } = setUp(undefined);
    const response = await resilient(`${server.url}/v1/chat/completions`, post);
    expect(response.url).toBe(`${server.url}/v1/chat/completions`);
    await response.text();
    await settled();
    expect(spent()).toBe(4);
  });
});
