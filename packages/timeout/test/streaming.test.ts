import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { fakeClock } from "@evenkeel/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { idleTimeout, timeout, TimeoutError } from "../src/index.ts";

/** Answers nothing by itself: each test takes the requests and plays the server. */
const server = createServer((_request, response) => {
  reader(response);
});
let reader = (_response: ServerResponse): void => {};
let url = "";

/** Returns the next request's response, for the test to write. */
function request(): Promise<ServerResponse> {
  return new Promise((resolve) => (reader = resolve));
}

/** Sends a request under a limit of a second, and has the server answer with the first part of a body. */
async function begin(
  signal?: AbortSignal,
): Promise<{ clock: ReturnType<typeof fakeClock>; response: Response; upstream: ServerResponse }> {
  const clock = fakeClock();
  const asked = request();
  const answer = timeout(1_000, { clock }).run((call) => fetch(url, { signal: call.signal }), { signal });
  const upstream = await asked;
  upstream.write("Hello");
  return { clock, response: await answer, upstream };
}

/** Reads one chunk as text. */
async function readText(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string> {
  const { value } = await reader.read();
  return new TextDecoder().decode(value);
}

beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

test("a streamed body longer than the limit is not cut", async () => {
  const { clock, response, upstream } = await begin();
  expect(clock.pending).toBe(0);
  await clock.advance(60_000);
  upstream.end(", world");
  expect(await response.text()).toBe("Hello, world");
});

test("a caller's abort in mid-body stops it with the caller's reason, at both ends", async () => {
  const caller = new AbortController();
  const { clock, response, upstream } = await begin(caller.signal);
  const closed = once(upstream, "close");
  const body = response.body!.getReader();
  expect(await readText(body)).toBe("Hello");
  await clock.advance(60_000);
  const reason = new Error("enough");
  const rest = body.read();
  caller.abort(reason);
  await expect(rest).rejects.toBe(reason);
  await closed;
  expect(upstream.writableFinished).toBe(false);
});

test("a caller's abort stops a body although its response has been forgotten", async () => {
  const caller = new AbortController();
  const begun = await begin(caller.signal);
  const body = begun.response.body!.getReader();
  expect(await readText(body)).toBe("Hello");
  (begun as Partial<typeof begun>).response = undefined;
  for (let turn = 0; turn < 5; turn++) {
    gc!();
    await begun.clock.advance(0);
  }
  const reason = new Error("enough");
  const rest = body.read();
  caller.abort(reason);
  await expect(rest).rejects.toBe(reason);
});

test("a server that does not answer in time is left: fetch rejects with the limit's own error", async () => {
  const clock = fakeClock();
  const asked = request();
  const inner: unknown[] = [];
  const answer = timeout(1_000, { clock }).run(({ signal }) =>
    fetch(url, { signal }).catch((error: unknown) => {
      inner.push(error);
      throw error;
    }),
  );
  const failure = answer.catch((error: unknown) => error);
  const upstream = await asked;
  const closed = once(upstream, "close");
  await clock.advance(1_000);
  expect(await failure).toBeInstanceOf(TimeoutError);
  await closed;
  expect(inner).toEqual([await failure]);
  expect(inner[0]).toBe(await failure);
});

test("a body that stalls errs, and its connection is closed", async () => {
  const { clock, response, upstream } = await begin();
  const closed = once(upstream, "close");
  const body = idleTimeout(response.body!, { gap: 1_000, clock }).getReader();
  expect(await readText(body)).toBe("Hello");
  const rest = body.read().catch((error: unknown) => error);
  await clock.advance(1_000);
  expect(await rest).toMatchObject({ name: "TimeoutError", label: "gap", limit: 1_000 });
  await closed;
});

test("a body that nobody reads is cancelled, and its connection is closed", async () => {
  const { clock, response, upstream } = await begin();
  const closed = once(upstream, "close");
  const body = idleTimeout(response.body!, { gap: 1_000, unread: 5_000, clock });
  await clock.advance(5_000);
  await closed;
  await expect(body.getReader().read()).rejects.toMatchObject({ label: "unread", limit: 5_000 });
});

test("leaving the loop over a body closes its connection", async () => {
  const { clock, response, upstream } = await begin();
  const closed = once(upstream, "close");
  for await (const chunk of idleTimeout(response.body!, { gap: 1_000, clock })) {
    expect(new TextDecoder().decode(chunk)).toBe("Hello");
    break;
  }
  await closed;
  expect(clock.pending).toBe(0);
});

test("a Node stream that stalls is destroyed, and its connection is closed", async () => {
  const { clock, response, upstream } = await begin();
  const closed = once(upstream, "close");
  const source = Readable.fromWeb(response.body! as Parameters<typeof Readable.fromWeb>[0]);
  const chunks = idleTimeout<Uint8Array>(source, { gap: 1_000, clock })[Symbol.asyncIterator]();
  expect(new TextDecoder().decode((await chunks.next()).value as Uint8Array)).toBe("Hello");
  const rest = chunks.next().catch((error: unknown) => error);
  await clock.advance(1_000);
  expect(await rest).toMatchObject({ label: "gap" });
  await closed;
  expect(source.destroyed).toBe(true);
});

test("a process too busy to read gets what has arrived before the limit is said to have passed", async () => {
  const { response, upstream } = await begin();
  const body = idleTimeout(response.body!, { gap: 20 }).getReader();
  expect(await readText(body)).toBe("Hello");
  const rest = readText(body);
  await Promise.resolve();
  upstream.write(", world");
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
  expect(await rest).toBe(", world");
  await body.cancel();
});
