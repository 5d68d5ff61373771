import Anthropic, { APIConnectionError, InternalServerError } from "@anthropic-ai/sdk";
import { circuitBreaker, CircuitOpenError } from "@evenkeel/circuit-breaker";
import { anthropicMiddleware, StreamError, type AnthropicMiddlewareOptions } from "@evenkeel/fetch";
import { RateLimitError, semaphore } from "@evenkeel/rate-limit";
import { constant, retry } from "@evenkeel/retry";
import {
  answer,
  anthropicError,
  faultServer,
  httpFaults,
  json,
  sequence,
  stall,
  type Responder,
} from "@evenkeel/testkit/server";
import { describe, expect, it } from "vitest";

const text = "Even keels keep every answer whole.";
const question = { model: "mock", max_tokens: 100, messages: [{ role: "user" as const, content: "Hi" }] };

/** A client of Anthropic's, its own retries on, against a server that answers so. */
async function setUp(respond: Responder, options: AnthropicMiddlewareOptions = {}) {
  const server = await faultServer({ respond });
  const types: string[] = [];
  const middleware = anthropicMiddleware({
    retry: retry({ retries: 1, backoff: constant(0) }),
    emit: ({ type }) => void types.push(type),
    ...options,
  });
  const client = new Anthropic({ baseURL: server.url, apiKey: "none", middleware: [middleware] });
  return { server, types, client, middleware, [Symbol.asyncDispose]: () => server.close() };
}

async function textOf(stream: AsyncIterable<Anthropic.RawMessageStreamEvent>): Promise<string> {
  let said = "";
  for await (const event of stream) {
    if (event.type === "content_block_delta" && event.delta.type === "text_delta") said += event.delta.text;
  }
  return said;
}

describe("Anthropic's SDK with the middleware", () => {
  it("answers, plain and streamed, as without it", async () => {
    await using context = await setUp(answer(text));
    const alone = new Anthropic({ baseURL: context.server.url, apiKey: "none" });
    expect(await context.client.messages.create(question)).toEqual(await alone.messages.create(question));
    expect(await textOf(await context.client.messages.create({ ...question, stream: true }))).toBe(text);
    const [withUs, withoutUs] = context.server.requests;
    expect(withUs).toMatchObject({ path: withoutUs!.path, body: withoutUs!.body, headers: withoutUs!.headers });
  });

  it("has its failures retried, and its own retries not multiplied", async () => {
    await using context = await setUp(answer(text));
    await using failing = await setUp(() => anthropicError(529));
    await using once = await setUp(sequence(anthropicError(529), answer(text)));

    await context.client.messages.create(question);
    await once.client.messages.create(question);
    const error = await failing.client.messages.create(question).catch((thrown: unknown) => thrown);

    expect([context, once, failing].map(({ server }) => server.requests.length)).toEqual([1, 2, 2]);
    expect(error).toBeInstanceOf(InternalServerError);
    expect(error).toMatchObject({ status: 529, type: "overloaded_error" });
  });

  it("gets a refusal as the layer's own error, after one call", async () => {
    const breaker = circuitBreaker();
    await using context = await setUp(answer(text), { breaker });
    breaker.isolate(context.server.url);
    const error = await context.client.messages.create(question).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CircuitOpenError);
    expect(context.types.filter((type) => type === "circuit-reject")).toHaveLength(1);
    expect(context.server.requests).toHaveLength(0);
  });

  it("gets a limiter's refusal likewise", async () => {
    const rateLimit = semaphore({ permits: 1, maxQueue: 0 });
    await using context = await setUp(() => ({ body: [stall] }), { rateLimit });
    const first = new AbortController();
    const waiting = context.client.messages.create(question, { signal: first.signal }).catch(() => "aborted");
    const refused = context.client.messages.create(question).catch((thrown: unknown) => thrown);
    expect(await refused).toBeInstanceOf(RateLimitError);
    first.abort();
    expect(await waiting).toBe("aborted");
    await expect.poll(() => rateLimit.active(context.server.url)).toBe(0);
  });

  it("gets one attempt for each of its own retries of an error thrown by fetch", async () => {
    await using context = await setUp((request) => httpFaults.resetBeforeHeaders(request, answer(text)));
    const error = await context.client.messages.create(question, { maxRetries: 1 }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(APIConnectionError); // as without a middleware: what fetch throws is the SDK's to judge
    expect(context.server.requests).toHaveLength(3);
    expect(context.types.filter((type) => type === "sdk-retry")).toHaveLength(1);
  });

  it("sees that a stream was truncated, which by itself it takes for complete", async () => {
    await using context = await setUp((request) => httpFaults.endMiddle(request, answer(text)));
    const stream = await context.client.messages.create({ ...question, stream: true });
    await expect(textOf(stream)).rejects.toBeInstanceOf(StreamError);
  });

  it("gives each attempt headers of its own, which a middleware below may change in place", async () => {
    const server = await faultServer({ respond: sequence(anthropicError(529), answer(text)) });
    const client = new Anthropic({
      baseURL: server.url,
      apiKey: "none",
      middleware: [
        anthropicMiddleware({ retry: retry({ retries: 1, backoff: constant(0) }) }),
        (request, next) => {
          request.headers.append("x-seen", "1");
          return next(request);
        },
      ],
    });
    await client.messages.create(question);
    expect(server.requests.map(({ headers }) => headers["x-seen"])).toEqual(["1", "1"]);
    await server.close();
  });

  it("sends files, and lists, through it", async () => {
    await using context = await setUp(
      sequence(anthropicError(529), json({ id: "file_1", type: "file" }), json({ data: [], has_more: false })),
    );
    const file = new File(["a keel"], "keel.txt", { type: "text/plain" });
    expect(await context.client.beta.files.upload({ file })).toMatchObject({ id: "file_1" });
    const [first, second] = context.server.requests;
    expect(second!.body).toContain("a keel");
    expect(second!.body.length).toBe(first!.body.length);
    expect((await context.client.beta.files.list()).data).toEqual([]);
  });
});
