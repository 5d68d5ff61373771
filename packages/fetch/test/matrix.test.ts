/** Every fault of the test server, plain and streamed, through plain fetch and the official SDKs: what comes out, and at what price. */
import Anthropic from "@anthropic-ai/sdk";
import { constant, retry } from "@evenkeel/retry";
import { faultProxy } from "@evenkeel/testkit/proxy";
import { answer, faultServer, httpFaults, type HttpFaultName } from "@evenkeel/testkit/server";
import OpenAI from "openai";
import { describe, expect, it } from "vitest";
import { resilientFetch } from "@evenkeel/fetch";

const text = "Even keels keep every answer whole.";
const limits = { connect: 1_000, firstContent: 1_000, gap: 1_000, total: 20_000 };

/** What a fault in the first attempt comes to: nothing at all, one more request, or an error that the caller sees. */
type Outcome = "unharmed" | "retried" | "error";

/** For plain answers and for streams; a fault of streams alone has no first column. */
const outcomes: Record<HttpFaultName, readonly [plain: Outcome | undefined, streamed: Outcome]> = {
  rateLimited: ["retried", "retried"],
  rateLimitedSeconds: ["retried", "retried"],
  rateLimitedDate: ["retried", "retried"],
  rateLimitedMilliseconds: ["retried", "retried"],
  serverError: ["retried", "retried"],
  badGateway: ["retried", "retried"],
  unavailable: ["retried", "retried"],
  overloaded: ["retried", "retried"],
  endlessErrorBody: ["retried", "retried"],
  okErrorJson: ["retried", "retried"],
  okHtml: ["error", "error"], // a wrong base URL or a captive portal: the same call again would not help
  wrongContentType: [undefined, "unharmed"],
  errorFirst: [undefined, "retried"],
  errorMiddle: [undefined, "error"],
  errorLast: [undefined, "error"],
  malformedEvent: [undefined, "error"],
  endMiddle: ["retried", "error"],
  endInFrame: ["retried", "error"],
  endBeforeTerminator: [undefined, "error"],
  cutMiddle: ["retried", "error"],
  shortContentLength: ["retried", "error"],
  resetBeforeHeaders: ["retried", "retried"],
  resetAfterHeaders: ["retried", "retried"],
  resetMiddle: ["retried", "error"],
  stallBeforeHeaders: ["retried", "retried"],
  stallAfterHeaders: ["retried", "retried"],
  stallBeforeContent: ["retried", "retried"],
  stallMiddle: ["retried", "error"],
  pingsOnly: [undefined, "retried"],
  commentsOnly: [undefined, "retried"],
  slowDrip: ["unharmed", "unharmed"],
  splitBytes: ["unharmed", "unharmed"],
  crlf: ["unharmed", "unharmed"],
  hugeEvent: ["unharmed", "unharmed"],
  gzip: ["unharmed", "unharmed"],
};

type Client = (url: string, fetch: typeof globalThis.fetch, stream: boolean) => Promise<string>;

const clients: Record<string, Client> = {
  async fetch(url, fetch, stream) {
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ model: "mock", stream, messages: [] }),
    });
    const body = await response.text();
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    if (!stream) return JSON.parse(body).choices[0].message.content;
    const events = body.split(/\r?\n\r?\n/).filter((event) => event.startsWith("data: {"));
    return events.map((event) => JSON.parse(event.slice(6)).choices[0]?.delta.content ?? "").join("");
  },
  async openai(url, fetch, stream) {
    const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: "none", fetch });
    const body = { model: "mock", messages: [{ role: "user" as const, content: "Hi" }] };
    if (!stream) return (await client.chat.completions.create(body)).choices[0]!.message.content!;
    let said = "";
    for await (const chunk of await client.chat.completions.create({ ...body, stream }))
      said += chunk.choices[0]?.delta.content ?? "";
    return said;
  },
  async anthropic(url, fetch, stream) {
    const client = new Anthropic({ baseURL: url, apiKey: "none", fetch });
    const body = { model: "mock", max_tokens: 100, messages: [{ role: "user" as const, content: "Hi" }] };
    if (!stream)
      return (await client.messages.create(body)).content.map((part) => ("text" in part ? part.text : "")).join("");
    let said = "";
    for await (const event of await client.messages.create({ ...body, stream })) {
      if (event.type === "content_block_delta" && event.delta.type === "text_delta") said += event.delta.text;
    }
    return said;
  },
};

const faults = Object.entries(outcomes) as [HttpFaultName, readonly [Outcome | undefined, Outcome]][];
const cells = [
  ...faults.map(([fault, [plain]]) => [fault, "a plain answer", false, plain] as const),
  ...faults.map(([fault, [, streamed]]) => [fault, "a stream", true, streamed] as const),
].filter(([, , , outcome]) => outcome !== undefined);

describe.concurrent.each(Object.entries(clients))("through %s", (_name, ask) => {
  it.concurrent.each([
    ["a plain answer", false],
    ["a stream", true],
  ])("a connection refused for %s", async (_answer, stream) => {
    await using server = await faultServer({ respond: answer(text) });
    await using proxy = await faultProxy({ target: { host: "127.0.0.1", port: server.port } });
    proxy.refuse();
    let refused = 0;
    const fetch = resilientFetch({
      profile: limits,
      retry: retry({ backoff: constant(0) }),
      emit({ type }) {
        if (type === "retry" && ++refused === 2) void proxy.accept();
      },
    });
    const said = await ask(proxy.url, fetch, stream).catch((error: Error) => error.message);
    for (const request of server.requests) await request.ended;
    expect({ said, requests: server.requests.length, leftOpen: server.active }).toEqual({
      said: text,
      requests: 1,
      leftOpen: 0,
    });
  });

  it.concurrent.each(cells)("%s of %s", async (fault, _answer, stream, outcome) => {
    await using server = await faultServer({
      respond: answer(text),
      faults: ({ index }) => (index === 0 ? httpFaults[fault] : undefined),
    });
    const fetch = resilientFetch({ profile: limits, errorBodyTimeout: 150, retry: retry({ backoff: constant(0) }) });

    const result = await ask(server.url, fetch, stream).then(
      (said) => (said === text ? "the whole answer" : `a wrong answer: ${said.slice(0, 100)}`),
      // Some SDKs take an error of this name in a stream for its proper end.
      (error: Error) => (error.name === "AbortError" ? "a silent end" : "an error"),
    );
    for (const request of server.requests) await request.ended;

    expect({ result, requests: server.requests.length, leftOpen: server.active }).toEqual({
      result: outcome === "error" ? "an error" : "the whole answer",
      requests: outcome === "retried" ? 2 : 1,
      leftOpen: 0,
    });
  });
});
