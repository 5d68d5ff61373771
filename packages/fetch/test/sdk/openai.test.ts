import { resilientFetch } from "@evenkeel/fetch";
import { constant, retry } from "@evenkeel/retry";
import { frame, httpFaults, openaiErrorBody, type FaultServer } from "@evenkeel/testkit/server";
import OpenAI, { APIError, InternalServerError, toFile } from "openai";
import { describe, expect, it } from "vitest";
import { contract } from "./contract.ts";
import { provider } from "./provider.ts";
import type { Sdk, Setting } from "./sdk.ts";

function clientOf({ url, retries, ...setting }: Setting): OpenAI {
  return new OpenAI({ baseURL: `${url}/v1`, apiKey: "none", maxRetries: retries, ...setting });
}

const behaviour = {
  error: APIError,
  refusal: InternalServerError,
  reported: APIError,
  // It obeys `x-should-retry`, and tells of its retries.
  costs: { unavailable: 2, unreachable: 3, refused: 1 },
} satisfies Partial<Sdk>;

const question = { model: "mock", messages: [{ role: "user" as const, content: "Hi" }] };
describe("chat completions", () => {
  contract<OpenAI.ChatCompletionChunk>({
    ...behaviour,
    connect(setting) {
      const { chat } = clientOf(setting);
      return {
        ask: (signal) => chat.completions.create(question, { signal }),
        stream: (signal) => chat.completions.create({ ...question, stream: true }, { signal }),
      };
    },
    textOf: ({ choices: [choice] }) => choice?.delta.content,
    errorEvent: frame(openaiErrorBody(503)),
  });
});

const input = { model: "mock", input: "Hi" };
describe("responses", () => {
  contract<OpenAI.Responses.ResponseStreamEvent>({
    ...behaviour,
    connect(setting) {
      const { responses } = clientOf(setting);
      return {
        ask: (signal) => responses.create(input, { signal }),
        stream: (signal) => responses.create({ ...input, stream: true }, { signal }),
      };
    },
    textOf: (event) => (event.type === "response.output_text.delta" ? event.delta : ""),
    errorEvent: frame({ type: "error", code: "server_error", message: "Overloaded", param: null }, "error"),
  });
});

describe("beside answers", () => {
  const start = provider();

  /** A client before a provider that fails once, and the SDK alone. */
  async function setUp(): Promise<AsyncDisposable & Record<"client" | "alone", OpenAI> & { server: FaultServer }> {
    const server = await start(({ index }) => (index === 0 ? httpFaults.unavailable : undefined));
    const fetch = resilientFetch({ retry: retry({ retries: 1, backoff: constant(0) }) });
    const setting = { url: server.url, retries: 0 } as const;
    const [client, alone] = [clientOf({ ...setting, fetch }), clientOf(setting)];
    return { server, client, alone, [Symbol.asyncDispose]: () => server.close() };
  }

  it("embeds", async () => {
    await using context = await setUp();
    const { server, client, alone } = context;
    const ask = { model: "mock", input: "A keel" };
    expect((await client.embeddings.create(ask)).data).toEqual((await alone.embeddings.create(ask)).data);
    expect(server.requests).toHaveLength(3);
  });

  it("uploads a file as a form, complete in every attempt", async () => {
    await using context = await setUp();
    const { server, client } = context;
    const file = await toFile(Buffer.from('{"keel":"even"}\n'), "keel.jsonl");
    expect(await client.files.create({ file, purpose: "batch" })).toMatchObject({ object: "file", purpose: "batch" });
    expect(server.requests).toHaveLength(2);
    for (const { headers, body } of server.requests) {
      expect(headers["content-type"]).toMatch(/^multipart\/form-data/);
      expect(body).toContain('{"keel":"even"}\n');
    }
  });

  it("sends a stream once, since it is gone then", async () => {
    await using context = await setUp();
    const body = new Blob([JSON.stringify({ model: "mock", input: "A keel" })]).stream();
    const asked = context.client.post("/embeddings", { body, headers: { "content-type": "application/json" } });
    await expect(asked).rejects.toBeInstanceOf(InternalServerError);
    expect(context.server.requests.map((request) => request.body)).toEqual(['{"model":"mock","input":"A keel"}']);
  });

  it("returns the last response", async () => {
    await using context = await setUp();
    const { response } = await context.client.models.list().withResponse();
    expect(response).toMatchObject({ status: 200, url: `${context.server.url}/v1/models` });
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(context.server.requests).toHaveLength(2);
  });
});
