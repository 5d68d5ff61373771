import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { answer, faultServer, httpFaults, type FaultServer, type HttpFaultName } from "../../src/server/index.ts";

const words = ["One ", "two ", "three ", "für."];
const text = words.join("");
let server: FaultServer;
beforeAll(async () => {
  server = await faultServer({
    respond: answer(words),
    faults: ({ headers }) => httpFaults[headers["x-fault"] as HttpFaultName],
  });
});
afterAll(async () => {
  await vi.waitUntil(() => server.active === 0);
  await server.close();
});

const apis = {
  chat: { path: "/v1/chat/completions", said: /"delta":\{"content":"([^"]*)"/g, done: "data: [DONE]" },
  responses: { path: "/v1/responses", said: /"delta":"([^"]*)"/g, done: "event: response.completed" },
  messages: { path: "/v1/messages", said: /"text_delta","text":"([^"]*)"/g, done: "event: message_stop" },
};

interface Outcome {
  readonly status: number | undefined;
  readonly type: string | null;
  readonly headers: Headers | undefined;
  readonly body: string;
  /** How it ended: whole, with an error's code, or given up on by the client after a while of silence. */
  readonly end: string;
}

async function ask(name: HttpFaultName, { path }: { readonly path: string }, stream = false): Promise<Outcome> {
  const caller = new AbortController();
  const patience = setTimeout(() => caller.abort({ code: "silence" }), 1_000);
  let response: Response | undefined;
  let body = "";
  let end = "whole";
  const decoder = new TextDecoder();
  try {
    response = await fetch(server.url + path, {
      method: "POST",
      body: JSON.stringify({ stream }),
      headers: { "x-fault": name },
      signal: caller.signal,
    });
    for await (const chunk of response.body!) {
      body += decoder.decode(chunk, { stream: true });
      if (/^(slowDrip|splitBytes)$/.test(name)) patience.refresh();
    }
  } catch (error) {
    const { code, cause } = error as { code?: string; cause?: { code?: string } };
    end = cause?.code ?? code ?? String(error);
  } finally {
    clearTimeout(patience);
  }
  return {
    status: response?.status,
    type: response?.headers.get("content-type") ?? null,
    headers: response?.headers,
    body,
    end,
  };
}

describe.each(Object.entries(apis))("a stream of %s", (_, api) => {
  const said = (body: string): string => [...body.matchAll(api.said)].map((match) => match[1]).join("");

  test.concurrent.each<
    [HttpFaultName, { status?: number; said?: string; end?: string; done?: boolean; body?: RegExp }]
  >([
    ["rateLimited", { status: 429, body: /rate_limit/ }],
    ["serverError", { status: 500, body: /server_error|api_error/ }],
    ["badGateway", { status: 502, body: /<center>nginx/ }],
    ["unavailable", { status: 503, body: /server_is_overloaded|api_error/ }],
    ["endlessErrorBody", { status: 503, end: "silence", body: /^\{"error":$/ }],
    ["okErrorJson", { body: /^\{.*"error":\{/ }],
    ["okHtml", { body: /^<html>/ }],
    ["wrongContentType", { said: text, done: true }],
    ["errorFirst", { said: "", body: /^(event: error\n)?data: .*overloaded/ }],
    ["errorMiddle", { said: "One two ", body: /overloaded/ }],
    ["errorLast", { said: text, body: /overloaded/ }],
    ["malformedEvent", { said: "One two ", body: /data: \{malformed\n\n$/ }],
    ["endMiddle", { said: "One two ", body: /\n\n$/ }],
    ["endInFrame", { said: "One two ", body: /data: \{"half$/ }],
    ["endBeforeTerminator", { said: text }],
    ["cutMiddle", { said: "One two ", end: "UND_ERR_SOCKET" }],
    ["shortContentLength", { said: "One two ", end: "UND_ERR_SOCKET" }],
    ["resetAfterHeaders", { said: "", end: "ECONNRESET" }],
    ["resetMiddle", { said: "One two ", end: "ECONNRESET" }],
    ["stallAfterHeaders", { end: "silence", body: /^$/ }],
    ["stallBeforeContent", { said: "", end: "silence" }],
    ["stallMiddle", { said: "One two ", end: "silence" }],
    ["pingsOnly", { said: "", end: "silence", body: /(ping|keep-?alive)[^]*(ping|keep-?alive)/ }],
    ["commentsOnly", { said: "", end: "silence", body: /: keep-alive\n\n: keep-alive\n\n/ }],
    ["slowDrip", { said: text, done: true }],
    ["splitBytes", { said: text, done: true }],
    ["crlf", { said: text, done: true, body: /\r\n\r\n/ }],
    ["hugeEvent", { said: text, done: true, body: /^: x{1000000}\n\n/ }],
    ["gzip", { said: text, done: true }],
  ])("%s", async (fault, { status = 200, said: expected, end = "whole", done = false, body = /^/ }) => {
    const outcome = await ask(fault, api, true);
    expect(outcome).toMatchObject({ status, end });
    expect(outcome.body).toMatch(body);
    expect(said(outcome.body)).toBe(expected ?? "");
    expect(outcome.body.includes(api.done)).toBe(done);
  });
});

describe.each(Object.entries(apis))("a plain answer of %s", (_, api) => {
  test.concurrent.each<[HttpFaultName, string]>([
    ["endMiddle", "whole"],
    ["cutMiddle", "UND_ERR_SOCKET"],
    ["shortContentLength", "UND_ERR_SOCKET"],
    ["resetMiddle", "ECONNRESET"],
    ["stallMiddle", "silence"],
  ])("%s: half of the text, and then %s", async (fault, end) => {
    const { status, body, end: ended } = await ask(fault, api);
    expect({ status, ended }).toEqual({ status: 200, ended: end });
    expect(body).toMatch(/^\{/);
    expect(() => JSON.parse(body) as unknown).toThrow(SyntaxError);
  });

  test.concurrent.each<HttpFaultName>(["slowDrip", "splitBytes", "crlf", "hugeEvent", "gzip", "wrongContentType"])(
    "%s: whole",
    async (fault) => {
      const { body, end } = await ask(fault, api);
      expect(end).toBe("whole");
      expect(JSON.stringify(JSON.parse(body))).toContain(text);
    },
  );
});

test.concurrent.each<HttpFaultName>(["errorFirst", "errorMiddle", "errorLast"])(
  "%s: a plain answer can only be an error as a whole",
  async (fault) => {
    const { status, body } = await ask(fault, apis.messages);
    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject({ error: { type: "overloaded_error" } });
  },
);

test.concurrent.each<HttpFaultName>(["pingsOnly", "commentsOnly"])(
  "%s: a plain answer is kept alive by blank lines",
  async (fault) => {
    expect(await ask(fault, apis.chat)).toMatchObject({
      status: 200,
      end: "silence",
      body: expect.stringMatching(/^\n{2,}$/),
    });
  },
);

test.concurrent.each<[HttpFaultName, string]>([
  ["resetBeforeHeaders", "ECONNRESET"],
  ["stallBeforeHeaders", "silence"],
])("%s: there is no response at all", async (fault, end) => {
  expect(await ask(fault, apis.chat, true)).toMatchObject({ status: undefined, end });
});

test.concurrent.each<[HttpFaultName, string, RegExp]>([
  ["rateLimitedSeconds", "retry-after", /^1$/],
  ["rateLimitedMilliseconds", "retry-after-ms", /^100$/],
  ["rateLimitedDate", "retry-after", /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/],
])("%s says when to come back", async (fault, header, value) => {
  const { status, headers } = await ask(fault, apis.messages);
  expect(status).toBe(429);
  expect(headers!.get(header)).toMatch(value);
});

test("the date of a rate limit lies ahead by one to two seconds", async () => {
  const { headers } = await ask("rateLimitedDate", apis.chat);
  const ahead = Date.parse(headers!.get("retry-after")!) - Date.now();
  expect(ahead).toBeGreaterThan(900);
  expect(ahead).toBeLessThanOrEqual(2_000);
});

test("an overloaded Anthropic says 529, OpenAI 503", async () => {
  const [anthropic, openai] = [await ask("overloaded", apis.messages), await ask("overloaded", apis.chat)];
  expect(anthropic).toMatchObject({ status: 529, body: expect.stringContaining("overloaded_error") });
  expect(openai).toMatchObject({ status: 503, body: expect.stringContaining("server_is_overloaded") });
});

test("the wrong content type is the only thing wrong", async () => {
  expect(await ask("wrongContentType", apis.chat, true)).toMatchObject({ status: 200, type: "text/plain" });
});

test("a reset takes nothing back that was sent: the bytes are read before it", async () => {
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => ask("resetMiddle", apis.chat, true)));
  for (const { body } of outcomes) expect(body).toContain("two ");
});
