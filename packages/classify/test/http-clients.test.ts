import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import axios from "axios";
import got from "got";
import ky from "ky";
import nodeFetch from "node-fetch";
import { request } from "undici";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { classify, type ProviderName } from "../src/index.ts";

let origin = "";
/** Where nobody listens any more. */
let deserted = "";
const server = createServer((incoming: IncomingMessage, outgoing: ServerResponse) => {
  const { pathname } = new URL(incoming.url ?? "/", "http://127.0.0.1");
  if (pathname === "/reset") return incoming.socket.resetAndDestroy();
  if (pathname === "/hang") return undefined;
  const status = Number(pathname.slice(1));
  const body =
    status === 429
      ? { error: { type: "insufficient_quota", code: "insufficient_quota" } }
      : { error: { message: "x" } };
  outgoing.writeHead(status, { "content-type": "application/json", "retry-after-ms": "250" });
  return outgoing.end(JSON.stringify(body));
});

async function listen(to: Server): Promise<string> {
  await new Promise<void>((resolve) => to.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(to.address() as AddressInfo).port}`;
}

beforeAll(async () => {
  origin = await listen(server);
  const other = createServer();
  deserted = await listen(other);
  await new Promise((resolve) => other.close(resolve));
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** The clients that throw for a failed status, and tell a timeout from an abort. */
const throwing: Readonly<Record<string, (url: string, timeout: number, signal?: AbortSignal) => Promise<unknown>>> = {
  "axios, over http": (url, timeout, signal) => axios.post(url, {}, { timeout, ...(signal && { signal }) }),
  "axios, over fetch": (url, timeout, signal) =>
    axios.post(url, {}, { timeout, adapter: "fetch", ...(signal && { signal }) }),
  ky: (url, timeout, signal) => ky.post(url, { json: {}, retry: 0, timeout, ...(signal && { signal }) }).json(),
  got: (url, timeout, signal) =>
    got.post(url, { json: {}, retry: { limit: 0 }, timeout: { request: timeout }, ...(signal && { signal }) }).json(),
};

const others: typeof throwing = {
  "node-fetch": (url, timeout, signal) =>
    nodeFetch(url, { method: "POST", signal: signal ?? AbortSignal.timeout(timeout) }),
  undici: (url, timeout, signal) =>
    request(url, { method: "POST", headersTimeout: timeout, ...(signal && { signal }) }),
};

async function thrownBy(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => expect.unreachable("it succeeded"),
    (error: unknown) => error,
  );
}

describe.each(Object.entries(throwing))("%s", (_, call) => {
  test.each<[status: number, action: string, kind: string]>([
    [503, "retry", "server"],
    [429, "elsewhere", "billing"],
    [404, "elsewhere", "not-found"],
    [400, "stop", "invalid-request"],
  ])("an answer of %i", async (status, action, kind) => {
    const error = await thrownBy(call(`${origin}/${status}`, 5_000));
    expect(classify(error)).toMatchObject({ action, kind, processed: "no", retryAfter: 250 });
  });

  test("a timeout", async () => {
    const error = await thrownBy(call(`${origin}/hang`, 20));
    expect(classify(error)).toMatchObject({ action: "retry", kind: "timeout", processed: "maybe" });
  });

  test("the provider is known by the URL, or can be said", async () => {
    const error = await thrownBy(call(`${origin}/424`, 5_000));
    expect(classify(error)).toMatchObject({ action: "retry" });
    expect(classify(error, { provider: "groq" satisfies ProviderName })).toMatchObject({ action: "stop" });
    expect(classify(error, { url: "https://api.groq.com/openai/v1" })).toMatchObject({ action: "stop" });
  });
});

describe.each(Object.entries({ ...throwing, ...others }))("%s", (_, call) => {
  test("a refused connection", async () => {
    const error = await thrownBy(call(deserted, 5_000));
    expect(classify(error)).toMatchObject({ action: "retry", kind: "network", processed: "no" });
  });

  test("a reset connection", async () => {
    const error = await thrownBy(call(`${origin}/reset`, 5_000));
    expect(classify(error)).toMatchObject({ action: "retry", kind: "network", processed: "maybe" });
  });

  test("a user's abort", async () => {
    const controller = new AbortController();
    const pending = thrownBy(call(`${origin}/hang`, 5_000, controller.signal));
    controller.abort();
    expect(classify(await pending)).toMatchObject({ action: "stop", kind: "cancelled", health: "neutral" });
  });
});
