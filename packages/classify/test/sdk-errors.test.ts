import { createOpenAI } from "@ai-sdk/openai";
import Anthropic, { APIError as AnthropicError } from "@anthropic-ai/sdk";
import {
  BedrockRuntimeClient,
  ConverseCommand,
  ModelErrorException,
  ModelStreamErrorException,
  ThrottlingException,
} from "@aws-sdk/client-bedrock-runtime";
import { createEmptyPipeline, createHttpHeaders, createPipelineRequest, RestError } from "@azure/core-rest-pipeline";
import { GoogleGenAI } from "@google/genai";
import { InferenceClient } from "@huggingface/inference";
import { ChatOpenAI } from "@langchain/openai";
import { HTTPClient as MistralHttp, Mistral } from "@mistralai/mistralai";
import { HTTPClient as OpenRouterHttp, OpenRouter } from "@openrouter/sdk";
import { APICallError, generateText, jsonSchema, NoObjectGeneratedError, Output, RetryError } from "ai";
import { CohereClientV2 } from "cohere-ai";
import Groq from "groq-sdk";
import { Ollama } from "ollama";
import OpenAI, { APIError } from "openai";
import Together from "together-ai";
import { describe, expect, test } from "vitest";
import { classify, classifyResponse, type ProviderName } from "../src/index.ts";

type Fetch = typeof globalThis.fetch;

interface Sdk {
  readonly provider: ProviderName;
  /** Makes one call, without retries. */
  readonly call: (fetch: Fetch, signal?: AbortSignal) => Promise<unknown>;
  /** Whether its errors keep the headers of the response. */
  readonly keepsHeaders: boolean;
}

const apiKey = "test";
const messages = [{ role: "user" as const, content: "hello" }];

const sdks: Readonly<Record<string, Sdk>> = {
  openai: {
    provider: "openai",
    call: (fetch, signal) =>
      new OpenAI({ apiKey, fetch, maxRetries: 0 }).chat.completions.create({ model: "m", messages }, { signal }),
    keepsHeaders: true,
  },
  "@anthropic-ai/sdk": {
    provider: "anthropic",
    call: (fetch, signal) =>
      new Anthropic({ apiKey, fetch, maxRetries: 0 }).messages.create(
        { model: "m", max_tokens: 9, messages },
        { signal },
      ),
    keepsHeaders: true,
  },
  "groq-sdk": {
    provider: "groq",
    call: (fetch, signal) =>
      new Groq({ apiKey, fetch, maxRetries: 0 }).chat.completions.create({ model: "m", messages }, { signal }),
    keepsHeaders: true,
  },
  "together-ai": {
    provider: "together",
    call: (fetch, signal) =>
      new Together({ apiKey, fetch, maxRetries: 0 }).chat.completions.create({ model: "m", messages }, { signal }),
    keepsHeaders: true,
  },
  "@langchain/openai": {
    provider: "openai",
    call: (fetch, signal) =>
      new ChatOpenAI({ model: "m", apiKey, configuration: { fetch }, maxRetries: 0 }).invoke(
        "hello",
        signal && { signal },
      ),
    keepsHeaders: true,
  },
  "@mistralai/mistralai": {
    provider: "mistral",
    call: (fetch, signal) =>
      new Mistral({ apiKey, httpClient: new MistralHttp({ fetcher: fetch }) }).chat.complete(
        { model: "m", messages },
        signal && { fetchOptions: { signal } },
      ),
    keepsHeaders: true,
  },
  "@openrouter/sdk": {
    provider: "openrouter",
    call: (fetch, signal) =>
      new OpenRouter({
        apiKey,
        httpClient: new OpenRouterHttp({ fetcher: fetch }),
        retryConfig: { strategy: "none" },
      }).chat.send({ chatRequest: { model: "m", messages } }, signal && { fetchOptions: { signal } }),
    keepsHeaders: true,
  },
  "cohere-ai": {
    provider: "cohere",
    call: (fetch, signal) =>
      new CohereClientV2({ token: apiKey, fetch }).chat(
        { model: "m", messages },
        { maxRetries: 0, ...(signal && { abortSignal: signal }) },
      ),
    keepsHeaders: true,
  },
  "@google/genai": {
    provider: "gemini",
    call: (fetch, signal) =>
      new GoogleGenAI({ apiKey, httpOptions: { fetch } }).models.generateContent({
        model: "m",
        contents: "hello",
        ...(signal && { config: { abortSignal: signal } }),
      }),
    keepsHeaders: false,
  },
  ollama: {
    provider: "ollama",
    call: (fetch) => new Ollama({ fetch }).chat({ model: "m", messages }),
    keepsHeaders: false,
  },
  "@huggingface/inference": {
    provider: "hugging-face",
    call: (fetch, signal) =>
      new InferenceClient(apiKey, {
        fetch,
        retry_on_error: false,
        endpointUrl: "https://router.huggingface.co/v1/chat/completions",
      }).chatCompletion({ model: "m", messages }, signal && { signal }),
    keepsHeaders: false,
  },
};

/** What the call is rejected with. */
async function thrownBy(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    (value) => expect.unreachable(`resolved with ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
}

const json = { "content-type": "application/json" };

/** Answers that mean the same whoever sends them. */
const answers: readonly (readonly [what: string, status: number, headers: Record<string, string>, body: string])[] = [
  [
    "429 with retry-after",
    429,
    { ...json, "retry-after": "7" },
    '{"error":{"message":"slow down","type":"rate_limit_error"}}',
  ],
  [
    "429 insufficient_quota",
    429,
    json,
    '{"error":{"message":"no money","type":"insufficient_quota","code":"insufficient_quota"}}',
  ],
  ["400 context_length_exceeded", 400, json, '{"error":{"message":"too long","code":"context_length_exceeded"}}'],
  ["400", 400, json, '{"error":{"message":"bad request"}}'],
  ["401", 401, json, '{"error":{"message":"bad key"}}'],
  ["404", 404, json, '{"error":{"message":"no model"}}'],
  ["408", 408, json, '{"error":{"message":"slow"}}'],
  ["409", 409, json, '{"error":{"message":"lock"}}'],
  ["500", 500, json, '{"error":{"message":"oops"}}'],
  ["502 with a page", 502, { "content-type": "text/html" }, "<html><h1>502 Bad Gateway</h1></html>"],
  ["529", 529, json, '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}'],
];

describe.each(Object.entries(sdks))("%s", (_, { provider, call, keepsHeaders }) => {
  test.each(answers)("%s: its error gets the verdict of the response", async (_what, status, headers, body) => {
    const error = await thrownBy(call(async () => new Response(body, { status, headers })));
    const { retryAfter, ...verdict } = classifyResponse({ status, headers, body }, { provider });
    expect(classify(error, { provider })).toEqual(
      keepsHeaders && retryAfter !== undefined ? { ...verdict, retryAfter } : verdict,
    );
  });

  test("a refused connection is retried, and was not processed", async () => {
    const cause = Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:9"), {
      code: "ECONNREFUSED",
      syscall: "connect",
    });
    const error = await thrownBy(call(async () => Promise.reject(new TypeError("fetch failed", { cause }))));
    expect(classify(error)).toEqual({ action: "retry", kind: "network", processed: "no", health: "failure" });
  });

  test("a user's abort is not retried", async () => {
    const controller = new AbortController();
    const error = await thrownBy(
      call(async (_input, init) => {
        controller.abort();
        throw init?.signal?.reason ?? new DOMException("This operation was aborted", "AbortError");
      }, controller.signal),
    );
    expect(classify(error)).toMatchObject({ action: "stop", health: "neutral" });
  });
});

test("@google/genai: its error's body tells the status, where a gateway made another of it", async () => {
  const fetch: Fetch = async () =>
    Response.json({ error: { code: 400, message: "messages: field required" } }, { status: 502 });
  expect(classify(await thrownBy(sdks["@google/genai"]!.call(fetch)))).toMatchObject({
    action: "stop",
    kind: "invalid-request",
  });
});

test("openai: xAI's bill is told by its words, as the code beside a flat message is lost", async () => {
  const body = {
    code: "subscription:free-usage-exhausted",
    error: "You've used all the included free usage for model grok for now.",
  };
  const error = await thrownBy(sdks["openai"]!.call(async () => Response.json(body, { status: 429 })));
  expect(classify(error)).toMatchObject({ action: "elsewhere", kind: "billing" });
});

test("together-ai: a page with status 403 is a firewall's, and says nothing of the prompt", async () => {
  const fetch: Fetch = async () =>
    new Response("<html>blocked</html>", { status: 403, headers: { "content-type": "text/html" } });
  const error = await thrownBy(sdks["together-ai"]!.call(fetch));
  expect(classify(error, { provider: "together" })).toMatchObject({ action: "elsewhere", kind: "proxy" });
});

describe("errors inside streams", () => {
  const events =
    (text: string): Fetch =>
    async () =>
      new Response(text, { headers: { "content-type": "text/event-stream" } });

  test("openai: an error event", async () => {
    const client = new OpenAI({
      apiKey,
      maxRetries: 0,
      fetch: events('data: {"error":{"message":"x","type":"server_error","code":null}}\n\n'),
    });
    const stream = await client.chat.completions.create({ model: "m", messages, stream: true });
    const error = await thrownBy(stream[Symbol.asyncIterator]().next());
    expect(error).toBeInstanceOf(APIError);
    expect(classify(error)).toEqual({ action: "retry", kind: "server", processed: "maybe", health: "failure" });
  });

  test("@anthropic-ai/sdk: an overloaded_error event", async () => {
    const text = 'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n';
    const client = new Anthropic({ apiKey, maxRetries: 0, fetch: events(text) });
    const stream = await client.messages.create({ model: "m", max_tokens: 9, messages, stream: true });
    const error = await thrownBy(stream[Symbol.asyncIterator]().next());
    expect(error).toBeInstanceOf(AnthropicError);
    expect(classify(error)).toEqual({ action: "retry", kind: "overloaded", processed: "no", health: "failure" });
  });
});

describe("timeouts of SDKs", () => {
  const hang: Fetch = (_, init) =>
    new Promise((_resolve, reject) => init?.signal?.addEventListener("abort", () => reject(init.signal?.reason)));

  const options = { apiKey, maxRetries: 0, timeout: 1, fetch: hang };

  test.each([
    ["openai", () => new OpenAI(options).chat.completions.create({ model: "m", messages })],
    ["groq-sdk", () => new Groq(options).chat.completions.create({ model: "m", messages })],
    ["together-ai", () => new Together(options).chat.completions.create({ model: "m", messages })],
    [
      "@langchain/openai",
      () => new ChatOpenAI({ ...options, model: "m", configuration: { fetch: hang } }).invoke("hello"),
    ],
    ["@anthropic-ai/sdk", () => new Anthropic(options).messages.create({ model: "m", max_tokens: 9, messages })],
  ])("%s: its timeout is no user's abort", async (_, call) => {
    const error = await thrownBy(call());
    expect(classify(error)).toEqual({ action: "retry", kind: "timeout", processed: "maybe", health: "failure" });
  });
});

describe("AI SDK", () => {
  const url = "https://api.groq.com/openai/v1/chat/completions";
  const failed = (statusCode: number, responseBody: string, responseHeaders = {}): APICallError =>
    new APICallError({ message: "failed", url, requestBodyValues: {}, statusCode, responseHeaders, responseBody });

  test("an APICallError tells the provider by its URL", () => {
    const error = failed(424, '{"error":{"message":"the tool refused"}}');
    expect(classify(error)).toEqual({ action: "stop", kind: "invalid-request", processed: "no", health: "neutral" });
  });

  test("a RetryError is judged by its last error", () => {
    const last = failed(429, '{"error":{"message":"slow"}}', { "retry-after-ms": "250" });
    const error = new RetryError({
      message: "gave up",
      reason: "maxRetriesExceeded",
      errors: [failed(500, "{}"), last],
    });
    expect(classify(error)).toEqual({
      action: "retry",
      kind: "rate-limit",
      processed: "no",
      health: "neutral",
      retryAfter: 250,
    });
  });

  test.each(["no JSON", '{"code":"rate_limit_exceeded","status":429}', '{"error":"timeout","status":500}'])(
    "an object that the model got wrong is asked for again, and tells nothing of the provider: %s",
    async (content) => {
      const choices = [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }];
      const provider = createOpenAI({
        apiKey,
        fetch: async () => Response.json({ id: "a", created: 1, model: "m", choices }),
      });
      const schema = jsonSchema({}, { validate: () => ({ success: false, error: new Error("not that") }) });
      const { output } = await generateText({
        model: provider.chat("m"),
        prompt: "hello",
        output: Output.object({ schema }),
      }).catch((error: unknown) => ({ output: error }));
      expect(NoObjectGeneratedError.isInstance(output)).toBe(true);
      expect(classify(output)).toEqual({ action: "retry", kind: "malformed", processed: "yes", health: "neutral" });
    },
  );

  test("a page with status 200 is no answer", () => {
    expect(classify(failed(200, "<!DOCTYPE html><html></html>"))).toMatchObject({
      action: "elsewhere",
      kind: "malformed",
    });
  });

  test("JSON that does not parse is asked for again", () => {
    expect(
      classify(
        new APICallError({
          message: "Invalid JSON response",
          url,
          requestBodyValues: {},
          statusCode: 200,
          responseBody: "{",
        }),
      ),
    ).toMatchObject({ action: "retry", kind: "malformed" });
  });
});

describe("@huggingface/inference", () => {
  test("its error in mid-stream has the status in the event, not that of the response", async () => {
    const events = `data: {"choices":[{"delta":{"content":"Hi"}}]}\n\ndata: {"error":{"message":"x","http_status_code":500}}\n\n`;
    const fetch = async () => new Response(events, { headers: { "content-type": "text/event-stream" } });
    const client = new InferenceClient(apiKey, { fetch, endpointUrl: "https://router.huggingface.co/v1" });
    const read = async () => {
      for await (const { choices } of client.chatCompletionStream({ model: "m", messages })) void choices;
    };
    expect(classify(await thrownBy(read()))).toMatchObject({ action: "retry", kind: "server" });
  });
});

describe("@aws-sdk/client-bedrock-runtime", () => {
  const metadata = (httpStatusCode: number) => ({ $metadata: { httpStatusCode, attempts: 1 }, message: "x" });

  test("its exceptions tell by their names", () => {
    expect(classify(new ThrottlingException(metadata(429)))).toMatchObject({ action: "retry", kind: "rate-limit" });
    expect(classify(new ModelErrorException({ ...metadata(424), originalStatusCode: 400 }))).toMatchObject({
      action: "stop",
      kind: "invalid-request",
    });
    // In a stream it has no status.
    const inStream = { $metadata: {}, message: "x" };
    expect(classify(new ModelStreamErrorException(inStream))).toMatchObject({ action: "retry", kind: "server" });
    expect(classify(new ModelStreamErrorException({ ...inStream, originalStatusCode: 400 }))).toMatchObject({
      action: "stop",
      kind: "invalid-request",
    });
  });

  test("its real client's error gets the verdict of the response", async () => {
    const client = new BedrockRuntimeClient({
      region: "us-east-1",
      credentials: { accessKeyId: "a", secretAccessKey: "b" },
      maxAttempts: 1,
      requestHandler: {
        handle: async () => ({
          response: {
            statusCode: 400,
            headers: { "x-amzn-errortype": "ValidationException", "content-type": "application/json" },
            body: new Response('{"message":"Input is too long for requested model."}').body,
          } as never,
        }),
      },
    });
    const error = await thrownBy(
      client.send(new ConverseCommand({ modelId: "m", messages: [{ role: "user", content: [{ text: "hello" }] }] })),
    );
    expect(classify(error)).toMatchObject({ action: "change", kind: "context-length" });
  });
});

describe("Azure clients", () => {
  test("a RestError is judged by its response", async () => {
    const request = createPipelineRequest({
      url: "https://example.openai.azure.com/openai/deployments/m/chat/completions",
    });
    const response = {
      request,
      status: 429,
      headers: createHttpHeaders({ "retry-after-ms": "1200" }),
      bodyAsText: '{"error":{"code":"429"}}',
    };
    const error = new RestError("Rate limit", { code: "429", statusCode: 429, request, response });
    expect(createEmptyPipeline().getOrderedPolicies()).toEqual([]);
    expect(classify(error)).toEqual({
      action: "retry",
      kind: "rate-limit",
      processed: "no",
      health: "neutral",
      retryAfter: 1_200,
    });
  });
});
