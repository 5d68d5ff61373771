import {
  BedrockRuntimeClient,
  BedrockRuntimeServiceException,
  ConverseCommand,
  ConverseStreamCommand,
  InvokeModelWithResponseStreamCommand,
  ModelStreamErrorException,
  type ConverseStreamOutput,
} from "@aws-sdk/client-bedrock-runtime";
import { CircuitOpenError } from "@evenkeel/circuit-breaker";
import { resilientFetch, StreamError } from "@evenkeel/fetch";
import { constant, retry } from "@evenkeel/retry";
import { faultServer, httpFaults, json, sequence } from "@evenkeel/testkit/server";
import { FetchHttpHandler } from "@smithy/fetch-http-handler";
import { describe, expect, it } from "vitest";
import { amazonChunk, amazonException } from "../amazon-messages.ts";
import { contract } from "./contract.ts";
import { provider } from "./provider.ts";
import type { Setting } from "./sdk.ts";

const question = { modelId: "mock", messages: [{ role: "user" as const, content: [{ text: "Hi" }] }] };

/** These are never the same twice: the signature has its time in it. */
const signature = ["amz-sdk-invocation-id", "x-amz-date", "authorization"];

const patient = resilientFetch({ retry: retry({ retries: 1, backoff: constant(0) }) });

function clientOf({ url, retries, fetch, timeout }: Setting): BedrockRuntimeClient {
  return new BedrockRuntimeClient({
    region: "us-east-1",
    endpoint: url,
    credentials: { accessKeyId: "none", secretAccessKey: "none" },
    maxAttempts: 1 + retries,
    requestHandler: new FetchHttpHandler({ requestTimeout: timeout, ...(fetch && { customFetch: fetch }) }),
  });
}

contract<ConverseStreamOutput>({
  connect(setting) {
    const client = clientOf(setting);
    return {
      ask: (abortSignal) => client.send(new ConverseCommand(question), { abortSignal }),
      stream: async (abortSignal) => (await client.send(new ConverseStreamCommand(question), { abortSignal })).stream!,
    };
  },
  textOf: ({ contentBlockDelta }) => contentBlockDelta?.delta?.text,
  error: BedrockRuntimeServiceException,
  failure: (status) => json({ __type: "FailedException", message: `Status ${status}` }, { status }),
  errorEvent: amazonException("modelStreamErrorException", "Overloaded"),
  // It tells of its retries, and each gets one attempt of ours.
  costs: { unavailable: 3, unreachable: 3, refused: 1 },
  refusal: CircuitOpenError,
  reported: ModelStreamErrorException,
  timeout: "abandons", // its handler only stops waiting: the request goes on, and is even repeated
  left: "unread", // its loop lets go of the body, and does not cancel it
  volatile: signature,
});

describe("a request that is signed", () => {
  const start = provider();

  it("is repeated with the same signature, over the same bytes", async () => {
    await using server = await start(({ index }) => (index === 0 ? httpFaults.unavailable : undefined));
    await clientOf({ url: server.url, retries: 0, fetch: patient }).send(new ConverseCommand(question));
    const [first, second] = server.requests;
    for (const name of signature) expect(second!.headers[name]).toBe(first!.headers[name]);
    expect(first!.headers["authorization"]).toMatch(/^AWS4-HMAC-SHA256 /);
    expect(second!.body).toBe(first!.body);
  });
});

describe("the events of a model's own API", () => {
  const events = [
    { type: "message_start", message: {} },
    { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Even" } },
    { type: "message_stop" },
  ];

  /** Invokes a model that says so, and reads its stream. */
  async function invoke(...replies: readonly (readonly Uint8Array[])[]): Promise<{ said: unknown; requests: number }> {
    const headers = { "content-type": "application/vnd.amazon.eventstream" };
    await using server = await faultServer({ respond: sequence(...replies.map((body) => ({ headers, body }))) });
    const command = new InvokeModelWithResponseStreamCommand({ modelId: "anthropic.claude-3", body: "{}" });
    const said: unknown[] = [];
    const { body } = await clientOf({ url: server.url, retries: 0, fetch: patient }).send(command);
    const error: unknown = await (async () => {
      for await (const { chunk } of body!) said.push(JSON.parse(Buffer.from(chunk!.bytes!).toString()));
    })().catch((thrown: unknown) => thrown);
    return { said: error ?? said, requests: server.requests.length };
  }

  const whole = events.map(amazonChunk);

  it("pass", async () => {
    expect(await invoke(whole)).toEqual({ said: events, requests: 1 });
  });

  it("are requested again if an exception comes before the first", async () => {
    const throttled = [whole[0]!, amazonException("throttlingException", "Too many requests")];
    expect(await invoke(throttled, whole)).toEqual({ said: events, requests: 2 });
  });

  it("do not end silently if the last is missing", async () => {
    const { said, requests } = await invoke(whole.slice(0, -1));
    expect(said).toBeInstanceOf(StreamError);
    expect(requests).toBe(1);
  });
});
