import { syncBuiltinESMExports } from "node:module";
import { connect } from "node:net";
import { mock } from "node:test";
import { afterEach, expect, test, vi } from "vitest";
import {
  answer,
  cut,
  faultServer,
  frame,
  headers,
  json,
  pause,
  raw,
  reset,
  sequence,
  sse,
  spoil,
  stall,
  withHeader,
  type FaultServer,
  type FaultServerOptions,
  type Reply,
  type Step,
} from "../../src/server/index.ts";
import { nextUnhandledRejection } from "../next-unhandled-rejection.ts";

let server: FaultServer;
afterEach(() => server.close());

async function start(options: FaultServerOptions | Reply): Promise<void> {
  server = await faultServer("body" in options ? { respond: () => options } : options);
}

/** Reads a response to its end; tells what arrived, and how it broke off. */
async function read(response: Response): Promise<{ text: string; error: unknown }> {
  const decoder = new TextDecoder();
  let text = "";
  try {
    for await (const chunk of response.body!) text += decoder.decode(chunk, { stream: true });
    return { text, error: undefined };
  } catch (error) {
    return { text, error };
  }
}

test("answers, and remembers what it saw", async () => {
  await start(json({ ok: true }, { status: 201, headers: { "x-a": "b" } }));
  const response = await fetch(`${server.url}/v1/x?y=z`, {
    method: "POST",
    body: "höflich",
    headers: { "x-key": "1" },
  });
  expect(response.status).toBe(201);
  expect(response.headers.get("x-a")).toBe("b");
  expect(await response.json()).toEqual({ ok: true });
  const [request] = server.requests;
  expect(request).toMatchObject({ index: 0, method: "POST", path: "/v1/x?y=z", body: "höflich" });
  expect(request!.headers["x-key"]).toBe("1");
  expect(await request!.ended).toMatchObject({ by: "answer" });
  expect(request!.ending).toMatchObject({ by: "answer" });
  expect(server.active).toBe(0);
});

test("a header's name is the same in whichever letters", async () => {
  const stream = { headers: { "Content-Type": "text/event-stream" }, body: [frame({ content: "a" }), frame("[DONE]")] };
  await start({
    respond: sequence(
      json(1, { headers: { "Content-Type": "application/problem+json" } }),
      withHeader(json(1), "CONTENT-TYPE", "text/plain"),
      spoil(stream, "end", []),
    ),
  });
  const types: (string | null)[] = [];
  for (let index = 0; index < 2; index++) types.push((await fetch(server.url)).headers.get("content-type"));
  expect(types).toEqual(["application/problem+json", "text/plain"]);
  expect(await fetch(server.url).then((response) => response.text())).toBe(frame({ content: "a" }));
});

test("a sequence answers each request with its own reply, and repeats the last", async () => {
  await start({ respond: sequence(json(1), () => json(2), json(3)) });
  const seen: unknown[] = [];
  for (let index = 0; index < 4; index++) seen.push(await fetch(server.url).then((response) => response.json()));
  expect(seen).toEqual([1, 2, 3, 3]);
  expect(() => sequence()).toThrow("Expected `replies.length` to be a number >= 1, got 0");
});

test("a reply may be sent any number of times", async () => {
  await start(sse([frame("a"), frame("b")]));
  for (let index = 0; index < 2; index++)
    expect(await fetch(server.url).then((response) => response.text())).toBe("data: a\n\ndata: b\n\n");
});

test("pauses stand between the bytes; before the first, they hold the headers back", async () => {
  let goOn = (): void => {};
  const asked = new Promise<void>((resolve) => (goOn = resolve));
  async function* body(): AsyncGenerator<Step> {
    yield pause(40);
    yield headers;
    await asked;
    yield* ["a", pause(40), "b"];
  }
  await start({ respond: () => ({ body: body() }) });
  const began = performance.now();
  const response = await fetch(server.url);
  const answered = performance.now();
  expect(answered - began).toBeGreaterThanOrEqual(38);
  goOn();
  expect(await response.text()).toBe("ab");
  expect(performance.now() - answered).toBeGreaterThanOrEqual(38);
});

test("a pause may last longer than timers do", async () => {
  await start({ body: [pause(2 ** 31), "a"] });
  const signal = AbortSignal.timeout(50);
  await expect(fetch(server.url, { signal })).rejects.toMatchObject({ name: "TimeoutError" });
});

test("a stall before the headers lasts until the client leaves, which the server sees", async () => {
  await start({ body: [stall] });
  const caller = new AbortController();
  const response = fetch(server.url, { signal: caller.signal });
  await vi.waitFor(() => expect(server.requests).toHaveLength(1));
  expect(server.requests[0]!.ending).toBeUndefined();
  expect(server.active).toBe(1);
  caller.abort(new Error("enough"));
  await expect(response).rejects.toThrow("enough");
  expect(await server.requests[0]!.ended).toMatchObject({ by: "client" });
  expect(server.requests[0]!.signal.aborted).toBe(true);
  await vi.waitFor(() => expect(server.openSockets).toBe(0));
});

test("a stall in the middle: what came before is delivered, and a cancelled body closes the connection", async () => {
  await start(sse([frame("a"), stall]));
  const reader = (await fetch(server.url)).body!.getReader();
  expect(Buffer.from((await reader.read()).value!).toString()).toBe("data: a\n\n");
  await reader.cancel();
  expect(await server.requests[0]!.ended).toMatchObject({ by: "client" });
});

test("a cut body is no whole body", async () => {
  await start({ body: ["half", cut] });
  const { text, error } = await read(await fetch(server.url));
  expect(text).toBe("half");
  expect(error).toMatchObject({ message: "terminated", cause: { code: "UND_ERR_SOCKET" } });
  expect(await server.requests[0]!.ended).toMatchObject({ by: "server" });
});

test("a reset before the headers, and one in the middle", async () => {
  await start({ respond: sequence({ body: [reset] }, { body: ["half", pause(20), reset] }) });
  await expect(fetch(server.url)).rejects.toMatchObject({ cause: { code: "ECONNRESET" } });
  const { text, error } = await read(await fetch(server.url));
  expect(text).toBe("half");
  expect(error).toMatchObject({ cause: { code: "ECONNRESET" } });
});

test("raw bytes make an answer that is no HTTP", async () => {
  await start({ body: [raw("SSH-2.0-OpenSSH\r\n"), cut] });
  await expect(fetch(server.url)).rejects.toThrow("fetch failed");
});

test("an answer without a body is whole", async () => {
  await start({ status: 204, body: [] });
  const response = await fetch(server.url);
  expect(response.status).toBe(204);
  expect(await server.requests[0]!.ended).toMatchObject({ by: "answer" });
});

test("a client that does not read is waited for, and one that leaves then is noticed", async () => {
  const sent = { chunks: 0 };
  function* endless(): Generator<Uint8Array> {
    for (;;) {
      sent.chunks++;
      yield new Uint8Array(1 << 20);
    }
  }
  await start({ respond: () => ({ body: endless() }) });
  const response = await fetch(server.url);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(sent.chunks).toBeLessThan(40);
  await response.body!.cancel();
  expect(await server.requests[0]!.ended).toMatchObject({ by: "client" });
});

test("requests that come in one piece each have a number of their own", async () => {
  await start({});
  const socket = connect(server.port, "127.0.0.1");
  socket.write("GET /a HTTP/1.1\r\nhost: x\r\n\r\nGET /b HTTP/1.1\r\nhost: x\r\n\r\n");
  await vi.waitFor(() => expect(server.requests).toHaveLength(2));
  expect(server.requests).toMatchObject([
    { index: 0, path: "/a" },
    { index: 1, path: "/b" },
  ]);
  socket.destroy();
});

test("a request that waited for its turn on a connection that the server broke off was not ended by its client", async () => {
  await start({ body: [pause(20), reset] });
  const socket = connect(server.port, "127.0.0.1").on("error", () => {});
  socket.write("GET /a HTTP/1.1\r\nhost: x\r\n\r\nGET /b HTTP/1.1\r\nhost: x\r\n\r\n");
  await vi.waitFor(() => expect(server.requests).toHaveLength(2));
  for (const request of server.requests) expect(await request.ended).toMatchObject({ by: "server" });
});

test.each([
  ["reset", [reset], "ECONNRESET"],
  ["cut", [cut], "end"],
  ["raw", [raw("raw"), cut], "end"],
])(
  "%s befalls the second of two requests that come in one piece, too, when its turn has come",
  async (_, body, fate) => {
    await start({ respond: sequence({ body: [pause(20), "first", pause(20)] }, { body: [pause(20), ...body] }) });
    const socket = connect(server.port, "127.0.0.1");
    socket.write("GET /a HTTP/1.1\r\nhost: x\r\n\r\nGET /b HTTP/1.1\r\nhost: x\r\n\r\n");
    let received = "";
    socket.on("data", (chunk) => (received += chunk.toString()));
    const seen = await new Promise((resolve) => {
      socket.on("end", () => resolve("end"));
      socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code));
    });
    expect(seen).toBe(fate);
    expect(received).toMatch(/first\r\n0\r\n\r\n(raw)?$/);
    for (const request of server.requests) expect(await request.ended).toBeDefined();
    expect(server.requests.map(({ ending }) => ending!.by)).toEqual(["answer", "server"]);
  },
);

test("a script with a mistake in it breaks the exchange off itself, and fails loudly", async () => {
  const loud = nextUnhandledRejection();
  const mistake = new Error("mistake");
  await start({
    respond: () => {
      throw mistake;
    },
  });
  await expect(fetch(server.url)).rejects.toThrow("fetch failed");
  expect(await loud).toBe(mistake);
  expect(await server.requests[0]!.ended).toMatchObject({ by: "server" });
});

test("a client that leaves while it sends its request was never seen", async () => {
  await start({});
  const socket = connect(server.port, "127.0.0.1");
  socket.write("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhalf");
  await vi.waitFor(() => expect(server.active).toBe(1));
  socket.destroy();
  await vi.waitFor(() => expect(server.active).toBe(0));
  expect(server.requests).toHaveLength(0);
});

test("connections are kept open between requests unless that is switched off", async () => {
  await start({});
  for (let index = 0; index < 2; index++) {
    await fetch(server.url).then((response) => response.text());
    await new Promise((resolve) => setTimeout(resolve, 5)); // the client needs a moment to take its connection back
  }
  expect(server.openSockets).toBe(1);
  await server.close();
  await start({ keepAlive: false });
  const response = await fetch(server.url);
  expect(response.headers.get("connection")).toBe("close");
  await response.text();
  await vi.waitFor(() => expect(server.openSockets).toBe(0));
});

test("a fault is chosen for each request, and sees the good answer", async () => {
  await start({
    respond: answer("Hello"),
    faults: ({ index }) =>
      index === 1 ? async (request, respond) => ({ ...(await respond(request)), status: 418 }) : undefined,
  });
  const statuses: number[] = [];
  for (let index = 0; index < 3; index++) {
    const response = await fetch(`${server.url}/v1/messages`, { method: "POST", body: "{}" });
    statuses.push(response.status);
    expect(await response.json()).toMatchObject({ content: [{ text: "Hello" }] });
  }
  expect(statuses).toEqual([200, 418, 200]);
});

test("close ends every exchange and leaves nothing open, and may be called twice", async () => {
  await start({ body: [headers, stall] });
  const responses = await Promise.all([fetch(server.url), fetch(server.url)]);
  await server.close();
  await server.close();
  for (const { ending } of server.requests) expect(ending).toMatchObject({ by: "server" });
  expect(server).toMatchObject({ active: 0, openSockets: 0 });
  for (const response of responses) await expect(response.text()).rejects.toThrow("terminated");
  await expect(fetch(server.url)).rejects.toMatchObject({ cause: { code: "ECONNREFUSED" } });
});

test("closes at the end of its scope", async () => {
  await start({});
  let url: string;
  {
    await using scoped = await faultServer();
    url = scoped.url;
    expect((await fetch(url)).ok).toBe(true);
  }
  await expect(fetch(url)).rejects.toThrow("fetch failed");
});

test("refuses what is no function", async () => {
  await start({});
  await expect(faultServer({ respond: 1 as never })).rejects.toThrow("Expected `respond` to be a function, got 1");
  await expect(faultServer(answer("Hi") as never)).rejects.toThrow("Expected `options` to be an object");
});

test("closes, and tells the time, where the test has faked every timer", async () => {
  vi.useFakeTimers();
  try {
    await start({ body: ["a", pause(30), "b"] });
    await fetch(server.url).then((response) => response.text());
    await server.close();
    expect(server.requests[0]!.ending!.after).toBeGreaterThanOrEqual(28);
  } finally {
    vi.useRealTimers();
  }
});

test("pauses in real time where the test has faked Node's promises of timers, as they are seen by who requires them", async () => {
  await start({ body: ["a", pause(0), "b", pause(1), "c"] });
  mock.timers.enable();
  syncBuiltinESMExports();
  try {
    expect(await fetch(server.url).then((response) => response.text())).toBe("abc");
  } finally {
    mock.timers.reset();
    syncBuiltinESMExports();
  }
});
