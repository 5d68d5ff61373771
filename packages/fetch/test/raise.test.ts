import { type HttpError, resilientFetch, StreamError, wrapFetch } from "@evenkeel/fetch";
import { constant, retry } from "@evenkeel/retry";
import { fakeClock } from "@evenkeel/testkit";
import { describe, expect, it, vi } from "vitest";
import { chatUrl, chunk, done, feed, post, type Fetch } from "./answers.ts";

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Makes an answer of these pieces. */
function answer(pieces: readonly string[], contentType: string, init: ResponseInit = {}): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(encoder.encode(piece));
      controller.close();
    },
  });
  return new Response(body, { ...init, headers: { "content-type": contentType } });
}

/** Returns the failure that the layers see in an answer, or `undefined` where it is handed on. */
async function failureOf(response: Response, init: RequestInit = post): Promise<unknown> {
  let failure: unknown;
  const told = wrapFetch({ fetch: async () => response }, (call, next) =>
    next(call).catch((error: unknown) => {
      failure = error;
      throw error;
    }),
  );
  const answered = await told(chatUrl, init).catch(() => undefined); // what is no response is thrown
  await answered?.body?.cancel();
  return failure;
}

describe("an answer is raised as a failure", () => {
  it.each([
    ["HTML in the place of an answer", "text/html; charset=utf-8", "<html>Maintenance</html>"],
    ["HTML in small letters of another case", "TEXT/HTML", "<p>Maintenance"],
    ["a page of nothing", "text/html", ""],
    ["a page in the place of events", "text/html", "<html></html>", { headers: { accept: "text/event-stream" } }],
  ])("where it is %s", async (_what, contentType, text, init: RequestInit = post) => {
    const error = await failureOf(answer([text], contentType, { statusText: "OK" }), init);
    expect(error).toMatchObject({ name: "HttpError", status: 502, response: { statusText: "" } });
  });

  it("where a choice failed, as OpenRouter reports it", async () => {
    const error = { code: 502, message: "Provider disconnected" };
    const choice = { index: 0, message: { content: "Hel" }, finish_reason: "error", error };
    const failure = await failureOf(answer([JSON.stringify({ choices: [choice] })], "application/json"));
    expect(failure).toMatchObject({ name: "HttpError", verdict: { action: "retry" } });
  });

  it("where a choice was cut off, as Z.ai says it", async () => {
    const choice = { index: 0, message: { content: "" }, finish_reason: "network_error" };
    const failure = await failureOf(answer([JSON.stringify({ choices: [choice] })], "application/json"));
    expect(failure).toMatchObject({ name: "HttpError", status: 500, verdict: { action: "retry", kind: "server" } });
  });

  it("where a stream begins with an error in the fields of a chunk, as DeepInfra sends it", async () => {
    const message = "This model's maximum context length is 8192 tokens";
    const said = { id: "1", choices: null, error_type: "BadRequestError", error_message: message };
    const failure = await failureOf(answer([`data: ${JSON.stringify(said)}\n\n`], "text/event-stream"));
    expect(failure).toMatchObject({ name: "HttpError", status: 400, verdict: { kind: "context-length" } });
  });

  it.each([
    [429, "Mistral", { object: "error", message: "Rate limit exceeded", type: "rate_limited", code: "1300" }],
    [500, "Anthropic without its envelope", { type: "error", message: "Internal server error" }],
  ])("where it says itself that it is one, with the status %d: %s", async (status, _whose, error) => {
    const text = JSON.stringify(error);
    expect(await failureOf(answer([text], "application/json"))).toMatchObject({ name: "HttpError", status });
    expect(await failureOf(answer([`data: ${text}\n\n`], "text/event-stream"))).toMatchObject({ status });
  });

  it("where the whole answer failed, as Cohere reports it", async () => {
    const failed = { id: "1", finish_reason: "ERROR", message: { role: "assistant", content: [] } };
    const failure = await failureOf(answer([JSON.stringify(failed)], "application/json"));
    expect(failure).toMatchObject({ name: "HttpError", status: 500, verdict: { action: "retry", kind: "server" } });
  });

  it("not where an answer is about an error", async () => {
    const choice = { index: 0, message: { content: "error" }, finish_reason: "stop", error: null };
    expect(await failureOf(answer([JSON.stringify({ choices: [choice] })], "application/json"))).toBeUndefined();
  });

  it.each([
    ["an empty one", "application/json", ""],
    ["a blank one", "application/json", "\r\n  "],
    ["an object cut in a string with closing brackets", "application/json", '{"text": "see [1]}'],
    ["a cut object", "application/json", '{"id": "1", "choi'],
    ["a cut object of another type of JSON", "application/vnd.api+json; charset=utf-8", '{"id": "1", "choi'],
    ["a cut list", "application/json", '[{"error": {"code": 503'],
    ["an object cut after an inner one", "application/json", '{"choices": [{"message": {"content": "Hi"}'],
    ["an object cut after its last bracket but one", "application/json", '{"choices": [{"index": 0}]'],
    ["an object cut after a bracket in a string", "application/json", '{"text": "\\\\", "code": "say \\"{}'],
  ])("where its JSON is %s", async (_what, contentType, text) => {
    const error = await failureOf(answer([text.slice(0, 5), text.slice(5)], contentType));
    expect(error).toBeInstanceOf(StreamError);
    const delivered = { bytes: text.length, chunks: 2 };
    expect(error).toMatchObject({ message: expect.stringContaining("inside its JSON"), delivered });
  });

  it.each([
    ["to a POST", "application/x-ndjson", post, '{"message":{"content":"Hel', "any content"],
    ["to a POST, of events", "text/event-stream", post, ": PROCESSING\n\n", "any content"],
    ["to a GET of events", "text/event-stream", {}, `data: {"choices": []}\n\n`, "the terminator"],
  ])("where its stream ends before its content: %s", async (_what, contentType, init, text, missing) => {
    const error = await failureOf(answer([text.slice(0, 5), text.slice(5)], contentType), init);
    const delivered = { bytes: text.length, chunks: 2 };
    expect(error).toMatchObject({
      message: `The stream ended without ${missing} after ${text.length} bytes`,
      delivered,
    });
  });

  it.each([
    [529, "Anthropic's", { type: "overloaded_error", message: "Overloaded" }],
    [502, "OpenRouter's", { code: 502, message: "Provider disconnected" }],
    [503, "Gemini's", { code: 503, status: "UNAVAILABLE", message: "The model is overloaded." }],
    [429, "LiteLLM's", { code: "429", type: "None", message: "litellm.RateLimitError" }],
    [503, "OpenAI's", { code: "server_is_overloaded", type: "service_unavailable_error" }],
    [429, "OpenAI's for a spent quota", { code: "organization_spend_limit_exceeded", type: "insufficient_quota" }],
    [429, "a server's that spends OpenAI's quota", { code: "insufficient_quota", message: "No credit" }],
    [500, "one with a code of another kind", { code: 1_234, type: "server_error" }],
    [500, "one of nothing but text", "boom"],
    [500, "one with a code that is no value", { code: { toString: 1, valueOf: 1 }, type: { toString: 1 } }],
  ])("with the status %d, where it is %s error", async (status, _whose, error) => {
    const reported = JSON.stringify({ error });
    const [json, stream] = [
      answer([reported], "application/json"),
      answer([`data: ${reported}\n\n`], "text/event-stream"),
    ];
    expect(await failureOf(json)).toMatchObject({ status });
    expect(await failureOf(stream)).toMatchObject({ status });
  });

  it.each(["json_validate_failed", "tool_use_failed"])("with Groq's status 400 for %s", async (code) => {
    const text = JSON.stringify({ error: { code, type: "invalid_request_error", failed_generation: "{" } });
    const fetch = resilientFetch({
      fetch: async () => answer([text], "application/json"),
      retry: retry({ retries: 0 }),
    });
    expect((await fetch("https://api.groq.com/openai/v1/chat/completions", post)).status).toBe(400);
  });

  it("at once if its stream begins with an error, even if that is not closed", async () => {
    const { response, send, cancelled } = feed();
    send('event: error\ndata: {"error": {"code": "server_is_overloaded"}}\n\n');
    const error = await failureOf(response);
    expect(error).toMatchObject({ status: 503, response: { statusText: "" } });
    expect((error as HttpError).response.headers.get("content-type")).toBe("application/json");
    expect(await cancelled).toBeUndefined();
  });
});

describe("an answer is handed on", () => {
  it.each([
    ["JSON that is none but for its ends", "application/json", '{"error": oops}'],
    ["JSON with a number that JSON does not have", "application/json", '{"logprobs": [NaN, -Infinity]}'],
    [
      "JSON with brackets in its strings",
      "application/json",
      '{"text": "[{", "more": "\\"{", "path": "\\\\", "p": NaN}',
    ],
    ["text that is labelled as JSON", "application/json", "See [1 and {2"],
    ["JSON with a word of error in it", "application/json", '{"text": "\\"error\\""}'],
    ["a page to one who reads", "text/html", "<html></html>", {}],
    ["lines to one who reads, which may be records of jobs", "application/jsonl", '{"error": "boom"}\n', {}],
  ])("where it is %s", async (_what, contentType, text, init: RequestInit = post) => {
    expect(await failureOf(answer([text], contentType), init)).toBeUndefined();
  });
});

describe("an error body", () => {
  it("is classified as a whole, in however many chunks it arrives", async () => {
    const text = JSON.stringify({ error: { message: "No credit", code: "insufficient_quota" } });
    const fetch = vi.fn<Fetch>(async () =>
      answer([text.slice(0, 9), text.slice(9)], "application/json", { status: 429 }),
    );
    const response = await wrapFetch(fetch, retry({ backoff: constant(0) }))(chatUrl, post);
    expect([response.status, await response.text(), fetch.mock.calls.length]).toEqual([429, text, 1]);
  });

  it("becomes an error with the status, the kind of failure and the headers' retry hint", async () => {
    const limited = new Response(null, { status: 429, headers: { "retry-after": "7" } });
    const error = await failureOf(limited);
    expect(error).toMatchObject({ message: "HTTP 429 (rate-limit)", status: 429, retryAfter: 7_000 });
  });

  it("that does not end is read no longer than its limit", async () => {
    const clock = fakeClock();
    const { response, send, cancelled } = feed({ status: 503 });
    send("Unavail");
    const asked = wrapFetch({ fetch: async () => response, clock, errorBodyTimeout: 5_000 })(chatUrl, post);
    let isOver = false;
    void asked.then(() => (isOver = true));
    await clock.advance(4_999);
    expect(isOver).toBe(false);
    await clock.advance(1);
    expect([(await asked).status, await (await asked).text(), clock.pending]).toEqual([503, "Unavail", 0]);
    expect(await cancelled).toBeUndefined();
  });

  it("that is long is cut off, and the rest cancelled", async () => {
    const { response, send, cancelled } = feed({ status: 503 });
    send("Unavailable");
    const failed = await wrapFetch({ fetch: async () => response, maxErrorBody: 5 })(chatUrl, post);
    expect([failed.status, await failed.text()]).toEqual([503, "Unavailable"]);
    expect(await cancelled).toBeUndefined();
  });

  it("that breaks leaves the verdict to its status", async () => {
    const { response, fail } = feed({ status: 503 });
    fail(new TypeError("terminated"));
    const failed = await wrapFetch(async () => response)(chatUrl, post);
    expect([failed.status, await failed.text()]).toEqual([503, ""]);
  });
});

describe("a caller who aborts while the answer is examined", () => {
  it.each([
    ["an error body", 503, "text/plain"],
    ["JSON", 200, "application/json"],
    ["a stream", 200, "text/event-stream"],
  ])("is rejected with the reason: %s", async (_what, status, contentType) => {
    const caller = new AbortController();
    const { response, cancelled } = feed({ status, headers: { "content-type": contentType } });
    const asked = wrapFetch(async () => response)(chatUrl, { ...post, signal: caller.signal });
    await settled();
    const reason = new Error("left");
    caller.abort(reason);
    await expect(asked).rejects.toBe(reason);
    expect(await cancelled).toBe(reason);
  });
});

it("a stream labelled as JSON is handed on with its first chunk", async () => {
  const { response, send } = feed({ headers: { "content-type": "application/json" } });
  send(chunk("a"));
  const reader = (await wrapFetch(async () => response)(chatUrl, post)).body!.getReader();
  expect(new TextDecoder().decode((await reader.read()).value)).toBe(chunk("a"));
  send(done);
  await reader.cancel();
});
