import Anthropic, { APIError, ServiceUnavailableError, toFile } from "@anthropic-ai/sdk";
import { resilientFetch, StreamError, type RateLimitsEvent } from "@evenkeel/fetch";
import { semaphore } from "@evenkeel/rate-limit";
import { constant, retry } from "@evenkeel/retry";
import {
  anthropicError,
  anthropicErrorBody,
  anthropicMessage,
  faultServer,
  frame,
  headers,
  json,
  sequence,
  sse,
  withHeader,
  type Responder,
  type Step,
} from "@evenkeel/testkit/server";
import { describe, expect, it } from "vitest";
import { contract } from "./contract.ts";
import { before, middle, provider, text } from "./provider.ts";

const question = { model: "mock", max_tokens: 100, messages: [{ role: "user" as const, content: "Hi" }] };

const patient = retry({ retries: 1, backoff: constant(0) });

contract<Anthropic.RawMessageStreamEvent>({
  connect({ url, retries, ...setting }) {
    const { messages } = new Anthropic({ baseURL: url, apiKey: "none", maxRetries: retries, ...setting });
    return {
      ask: (signal) => messages.create(question, { signal }),
      stream: (signal) => messages.create({ ...question, stream: true }, { signal }),
    };
  },
  textOf: (event) =>
    event.type === "content_block_delta" && event.delta.type === "text_delta" ? event.delta.text : "",
  failure: (status) => anthropicError(status),
  errorEvent: frame(anthropicErrorBody(529), "error"),
  error: APIError,
  refusal: ServiceUnavailableError,
  reported: APIError,
  costs: { unavailable: 2, unreachable: 3, refused: 1 }, // as openai, of the same generator
});

describe("the helper for streams", () => {
  const start = provider();

  it("collects the message, and fails if the stream was cut off", async () => {
    await using server = await start(({ index }) => (index === 1 ? before(middle, []) : undefined));
    const { messages } = new Anthropic({ baseURL: server.url, apiKey: "none", fetch: resilientFetch(), maxRetries: 0 });
    expect(await messages.stream(question).finalText()).toBe(text);
    const failed: Error = await messages
      .stream(question)
      .finalText()
      .then(
        () => new Error("It did not fail"),
        (error: Error) => error,
      );
    expect(failed.cause).toBeInstanceOf(StreamError); // in the helper's own error
  });
});

describe("the events of a session", () => {
  const failed = frame({ id: "sevt_1", type: "session.error", error: { type: "model_overloaded_error" } }, "message");
  const idle = frame({ id: "sevt_2", type: "session.status_idle" }, "message");

  it("are subscribed to before the message that causes them is sent, and continue after an error", async () => {
    let send = (): void => {};
    const sent = new Promise<void>((resolve) => (send = resolve));
    async function* caused(): AsyncGenerator<Step> {
      yield headers;
      await sent;
      yield failed + idle;
    }
    const respond: Responder = ({ method }) => {
      if (method === "GET") return sse(caused());
      send();
      return json({ data: [] });
    };
    await using server = await faultServer({ respond });
    const client = new Anthropic({ baseURL: server.url, apiKey: "none", fetch: resilientFetch(), maxRetries: 0 });
    const { events } = client.beta.sessions;
    const stream = await events.stream("sesn_1");
    await events.send("sesn_1", { events: [{ type: "user.message", content: [{ type: "text", text: "Hi" }] }] });
    const types: string[] = [];
    for await (const event of stream) types.push(event.type);
    expect(types).toEqual(["session.error", "session.status_idle"]);
  });
});

describe("batches", () => {
  it("are created, awaited and read, line by line", async () => {
    const batch = { id: "msgbatch_1", type: "message_batch", processing_status: "ended", results_url: "/results" };
    const results = [1, 2].map((id) => ({ custom_id: `${id}`, result: { type: "succeeded" } }));
    const lines = results.map((result) => `${JSON.stringify(result)}\n`);
    await using server = await faultServer({
      respond: sequence(
        anthropicError(529),
        json(batch),
        anthropicError(529),
        json(batch),
        json(batch),
        anthropicError(529),
        { headers: { "content-type": "application/x-jsonl" }, body: lines },
      ),
    });
    const fetch = resilientFetch({ retry: patient });
    const { batches } = new Anthropic({ baseURL: server.url, apiKey: "none", fetch, maxRetries: 0 }).messages;
    const { id } = await batches.create({ requests: [{ custom_id: "1", params: question }] });
    expect((await batches.retrieve(id)).processing_status).toBe("ended");
    const read: unknown[] = [];
    for await (const result of await batches.results(id)) read.push(result);
    expect(read).toEqual(results);
    expect(server.requests.map(({ method }) => method)).toEqual(["POST", "POST", "GET", "GET", "GET", "GET", "GET"]);
  });
});

it("uploads a file under a limit of one call at a time: the response that it inspects first, and never reads, keeps no permit", async () => {
  await using server = await faultServer({ respond: () => json({ id: "file_1", type: "file" }) });
  const events: string[] = [];
  const fetch = resilientFetch({
    key: () => "anthropic",
    rateLimit: semaphore({ permits: 1, maxQueue: 0 }),
    emit: ({ type }) => void events.push(type),
  });
  const { beta } = new Anthropic({ baseURL: server.url, apiKey: "none", fetch, maxRetries: 0 });
  const file = await toFile(Buffer.from("keel"), "keel.txt");
  expect(await beta.files.upload({ file })).toMatchObject({ id: "file_1" });
  expect(events).toEqual(["attempt"]);
});

it("has its rate limits read", async () => {
  const reset = new Date(Date.now() + 60_000).toISOString();
  const limits = { limit: "50", remaining: "49", reset };
  const named = Object.entries(limits).map(([name, value]) => [`anthropic-ratelimit-requests-${name}`, value] as const);
  const reply = named.reduce((said, [name, value]) => withHeader(said, name, value), anthropicMessage("Hi"));
  await using server = await faultServer({ respond: () => reply });
  const events: RateLimitsEvent[] = [];
  const fetch = resilientFetch({
    emit: (event) => void (event.type === "rate-limits" && events.push(event as RateLimitsEvent)),
  });
  await new Anthropic({ baseURL: server.url, apiKey: "none", fetch, maxRetries: 0 }).messages.create(question);
  expect(events).toMatchObject([{ limits: { requests: { limit: 50, remaining: 49 } } }]);
});
