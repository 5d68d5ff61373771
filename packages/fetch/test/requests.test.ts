import { createServer, type AddressInfo } from "node:net";
import { Readable, Stream } from "node:stream";
import { circuitBreaker, CircuitOpenError } from "@evenkeel/circuit-breaker";
import type { Emit } from "@evenkeel/core";
import { resilientFetch, wrapFetch } from "@evenkeel/fetch";
import { semaphore } from "@evenkeel/rate-limit";
import { constant, retry } from "@evenkeel/retry";
import { faultServer, openaiError, sequence, answer } from "@evenkeel/testkit/server";
import OpenAI from "openai";
import { describe, expect, it, vi } from "vitest";
import { chatUrl, json, post, whole, type Fetch } from "./answers.ts";

const atOnce = (): ReturnType<typeof retry> => retry({ backoff: constant(0) });

/** Sends a request through a server that fails once, and returns the bodies that it saw. */
async function bodiesSeen(
  send: (fetch: Fetch, url: string) => Promise<Response>,
): Promise<{ bodies: string[]; status: number | string }> {
  await using server = await faultServer({ respond: sequence(openaiError(503), answer("Hello")) });
  const status = await send(resilientFetch({ retry: atOnce() }), `${server.url}/v1/chat/completions`).then(
    (response) => response.status,
    (error: Error) => error.name,
  );
  return { bodies: server.requests.map(({ body }) => body), status };
}

describe("a request is sent again with its body", () => {
  it.each<[string, (fetch: Fetch, url: string) => Promise<Response>]>([
    ["as a string", (fetch, url) => fetch(url, { method: "POST", body: "hello" })],
    [
      "as a URL object and bytes",
      (fetch, url) => fetch(new URL(url), { method: "POST", body: new TextEncoder().encode("hello") }),
    ],
    ["as a lone Request", (fetch, url) => fetch(new Request(url, { method: "POST", body: "hello" }))],
    [
      "as a Request with an init that overrides it",
      (fetch, url) => fetch(new Request(url, { method: "POST", body: "no" }), { method: "POST", body: "hello" }),
    ],
    ["as a Blob", (fetch, url) => fetch(url, { method: "POST", body: new Blob(["hello"]) })],
    ["as search parameters", (fetch, url) => fetch(url, { method: "POST", body: new URLSearchParams({ hello: "" }) })],
  ])("%s", async (_how, send) => {
    const { bodies, status } = await bodiesSeen(send);
    expect(status).toBe(200);
    expect(bodies).toHaveLength(2);
    expect(bodies[0]).toBe(bodies[1]);
    expect(bodies[0]).toContain("hello");
  });

  it("as a form", async () => {
    const form = new FormData();
    form.set("file", new Blob(["hello"]), "hello.txt");
    const { bodies, status } = await bodiesSeen((fetch, url) => fetch(url, { method: "POST", body: form }));
    expect(status).toBe(200);
    expect(bodies.filter((body) => body.includes("hello.txt"))).toHaveLength(2);
  });

  it("but a stream is sent once, and its response handed back", async () => {
    const stream = new Blob(["hello"]).stream();
    const { bodies, status } = await bodiesSeen((fetch, url) =>
      fetch(url, { method: "POST", body: stream, duplex: "half" } as RequestInit),
    );
    expect({ bodies, status }).toEqual({ bodies: ["hello"], status: 503 });
  });

  it("but a form of the form-data package, which is a Node stream, is sent once", async () => {
    const fetch = vi.fn<Fetch>(async () => json({}, { status: 503 }));
    const body = new Stream() as unknown as BodyInit;
    expect((await resilientFetch({ fetch, retry: atOnce() })(chatUrl, { method: "POST", body })).status).toBe(503);
    expect(fetch).toHaveBeenCalledTimes(1);
  });

  it.each<[string, object, number]>([
    ["what is iterated over once, sent once", (async function* () {})(), 1],
    ["a stream of a browser that cannot iterate over it, sent once", { getReader: () => {} }, 1],
    [
      "a file of another kind, which can be read again, sent again",
      { ...(async function* () {})(), arrayBuffer() {}, [Symbol.asyncIterator]() {} },
      4,
    ],
  ])("but where it is %s", async (_what, body, times) => {
    const fetch = vi.fn<Fetch>(async () => json({}, { status: 503 }));
    await resilientFetch({ fetch, retry: atOnce() })(chatUrl, { method: "POST", body: body as BodyInit });
    expect(fetch).toHaveBeenCalledTimes(times);
  });

  it("but a stream is sent once under the user's own retry, too", async () => {
    let sent = 0;
    const fetch: Fetch = async () => json({}, { status: sent++ ? 200 : 503 });
    const body = new Blob(["hello"]).stream();
    const response = await wrapFetch(fetch, atOnce())(chatUrl, { method: "POST", body });
    expect(response.status).toBe(503);
    expect(sent).toBe(1);
  });
});

describe("what a Request carries is kept", () => {
  it("its headers, method and signal, also for a fetch that does not accept a Request", async () => {
    const seen: [unknown, RequestInit | undefined][] = [];
    const fetch: Fetch = async (input, init) => {
      seen.push([input, init]);
      return json(whole);
    };
    const caller = new AbortController();
    const request = new Request(chatUrl, {
      method: "PUT",
      headers: { authorization: "Bearer x" },
      body: "hello",
      redirect: "manual",
      signal: caller.signal,
    });
    await resilientFetch({ fetch })(request);
    const [input, init] = seen[0]!;
    expect(input).toBe(chatUrl);
    expect(init).toMatchObject({ method: "PUT", redirect: "manual" });
    expect(new Headers(init?.headers).get("authorization")).toBe("Bearer x");
    expect(new TextDecoder().decode(init?.body as ArrayBuffer)).toBe("hello");
  });

  it("its signal, which aborts the call", async () => {
    const fetch: Fetch = () => new Promise(() => {});
    const caller = new AbortController();
    const asked = resilientFetch({ fetch })(new Request(chatUrl, { signal: caller.signal }));
    await new Promise((resolve) => setImmediate(resolve));
    caller.abort(new Error("left"));
    await expect(asked).rejects.toThrow("left");
  });

  it("its signal, which aborts the body even if the Request itself was garbage-collected", async () => {
    const cancel = vi.fn<(reason: unknown) => void>();
    const fetch: Fetch = async () => new Response(new ReadableStream({ cancel }));
    const caller = new AbortController();
    const response = await resilientFetch({ fetch })(new Request(chatUrl, { signal: caller.signal }));
    for (let turn = 0; turn < 3; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
      globalThis.gc!();
    }
    const reason = new Error("left");
    caller.abort(reason);
    expect(cancel).toHaveBeenCalledWith(reason);
    await expect(response.text()).rejects.toBe(reason);
  });
});

describe("a Request as the init, as a relay passes on what it got", () => {
  it("is sent to the URL beside it with all that it carries, and again with its body", async () => {
    const { bodies, status } = await bodiesSeen((fetch, url) =>
      fetch(url, new Request("https://relay.example/", { method: "POST", body: "hello" })),
    );
    expect({ bodies, status }).toEqual({ bodies: ["hello", "hello"], status: 200 });
  });

  it("keeps its headers and its signal", async () => {
    const fetch = vi.fn<Fetch>(() => new Promise(() => {}));
    const caller = new AbortController();
    const incoming = new Request("https://relay.example/", { headers: { a: "b" }, signal: caller.signal });
    const asked = resilientFetch({ fetch })(new URL(chatUrl), incoming);
    await new Promise((resolve) => setImmediate(resolve));
    const [url, init] = fetch.mock.calls[0]!;
    expect(url).toBe(chatUrl);
    expect(new Headers(init?.headers).get("a")).toBe("b");
    caller.abort(new Error("left"));
    await expect(asked).rejects.toThrow("left");
  });
});

describe("an init beside a Request", () => {
  /** Returns what is sent for a Request that says much, beside `init`. */
  async function sentFor(request: Request, init?: RequestInit): Promise<RequestInit> {
    const fetch = vi.fn<Fetch>(async () => json(whole));
    await wrapFetch(fetch)(request, init);
    return fetch.mock.calls[0]![1]!;
  }
  const saying = (): Request => new Request(chatUrl, { method: "POST", headers: { a: "b" }, body: "hello" });
  const textOf = (body: unknown): string => new TextDecoder().decode(body as ArrayBuffer);

  it("has no effect where it is undefined", async () => {
    const sent = await sentFor(saying(), { method: undefined, headers: undefined, body: undefined });
    expect(sent.method).toBe("POST");
    expect(new Headers(sent.headers).get("a")).toBe("b");
    expect(textOf(sent.body)).toBe("hello");
  });

  it("with a null body does not remove the Request's, as in `fetch` itself", async () => {
    expect(await new Request(saying(), { body: null }).text()).toBe("hello");
    expect(textOf((await sentFor(saying(), { body: null })).body)).toBe("hello");
  });

  it("may have a signal, and an undefined one leaves the Request's", async () => {
    const of = (caller: AbortController): AbortSignal => caller.signal;
    const [mine, its] = [new AbortController(), new AbortController()];
    const fetch: Fetch = () => new Promise(() => {});
    const resilient = resilientFetch({ fetch });
    const overridden = resilient(new Request(chatUrl, { signal: of(its) }), { signal: of(mine) });
    const kept = resilient(new Request(chatUrl, { signal: of(its) }), { signal: undefined });
    await new Promise((resolve) => setImmediate(resolve));
    its.abort(new Error("its"));
    await expect(kept).rejects.toThrow("its");
    mine.abort(new Error("mine"));
    await expect(overridden).rejects.toThrow("mine");
  });

  it("may itself be null", async () => {
    const fetch = vi.fn<Fetch>(async () => json(whole));
    expect((await wrapFetch(fetch)(chatUrl, null as unknown as RequestInit)).status).toBe(200);
  });
});

describe("a Request's body", () => {
  it("is sent even in a browser without `request.body`", async () => {
    const fetch = vi.fn<Fetch>(async () => json(whole));
    const request = new Request(chatUrl, { method: "POST", body: "hello" });
    await wrapFetch(fetch)(Object.defineProperty(request, "body", { value: undefined }));
    expect(new TextDecoder().decode(fetch.mock.calls[0]![1]!.body as ArrayBuffer)).toBe("hello");
  });

  it("that has been used is refused, as by `fetch` itself, and nothing is sent", async () => {
    const fetch = vi.fn<Fetch>(async () => json(whole));
    const request = new Request(chatUrl, { method: "POST", body: "hello" });
    await request.text();
    await expect(wrapFetch(fetch)(request)).rejects.toBeInstanceOf(TypeError);
    expect(fetch).not.toHaveBeenCalled();
  });

  it("that never ends is not waited for after the caller has aborted", async () => {
    const caller = new AbortController();
    const body = new ReadableStream({ pull: () => new Promise(() => {}) });
    const request = new Request(chatUrl, { method: "POST", body, duplex: "half" } as RequestInit);
    const asked = resilientFetch({ fetch: async () => json(whole) })(request, { signal: caller.signal });
    await new Promise((resolve) => setImmediate(resolve));
    caller.abort(new Error("left"));
    await expect(asked).rejects.toThrow("left");
  });
});

describe("a response", () => {
  it("keeps its url, status text, headers and redirected", async () => {
    await using server = await faultServer();
    const url = `${server.url}/v1/chat/completions`;
    const response = await resilientFetch()(url, post);
    expect(response.url).toBe(url);
    expect(response.redirected).toBe(false);
    expect(response.statusText).toBe("OK");
    expect(response.headers.get("content-type")).toContain("application/json");
  });

  it("has clones that keep them, too", async () => {
    await using server = await faultServer();
    const url = `${server.url}/v1/chat/completions`;
    const response = await resilientFetch()(url, post);
    const native = await fetch(url, post);
    const { ok, redirected, status, statusText, type } = native;
    for (const each of [response, response.clone(), response.clone().clone()]) {
      expect(each).toMatchObject({ ok, redirected, status, statusText, type, url });
      expect(await each.text()).toContain("choices");
    }
  });

  it.each([200, 500])("of %i keeps a status text that the constructor would refuse", async (status) => {
    const server = createServer((socket) =>
      socket.once("data", () => {
        const head = `HTTP/1.1 ${status} 错误\r\ncontent-type: application/json\r\ncontent-length: 2`;
        socket.end(`${head}\r\nconnection: close\r\n\r\n{}`);
      }),
    );
    await new Promise<void>((resolve) => server.listen(0, resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    expect(await wrapFetch(fetch)(url)).toMatchObject({ status, statusText: "错误" });
    server.close();
  });

  it.each([204, 205, 304])("of %i, which must not have a body, passes", async (status) => {
    const fetch: Fetch = async () => new Response(null, { status });
    expect((await resilientFetch({ fetch })(chatUrl, post)).status).toBe(status);
  });

  it("from something other than an API passes unchanged: a page for GET, bytes, an error field in what was merely read", async () => {
    const bytes = new Uint8Array(200_000).map((_byte, index) => index);
    const answers = [
      () => new Response("<html>", { headers: { "content-type": "text/html" } }),
      () => new Response(bytes, { headers: { "content-type": "application/octet-stream" } }),
      () => json({ error: "a word" }),
    ];
    let sent = 0;
    const resilient = resilientFetch({ fetch: async () => answers[sent++]!() });
    expect(await (await resilient("https://example.com")).text()).toBe("<html>");
    expect(new Uint8Array(await (await resilient("https://example.com")).arrayBuffer())).toEqual(bytes);
    expect(await (await resilient("https://example.com")).json()).toEqual({ error: "a word" });
    expect(sent).toBe(3);
  });

  it("of a failure keeps its content-length, unless its body was cut: a gateway that forwards it would break off", async () => {
    const bodies: [string | null, number, string | null][] = [
      ["x".repeat(200), 200, "200"],
      ["x".repeat(200), 100, null],
      [null, 100, "200"], // as to HEAD
    ];
    for (const [body, maxErrorBody, announced] of bodies) {
      const init = { status: 400, headers: { "content-length": "200" } };
      const pieces = body && inTwo(body);
      const fetch = wrapFetch({ fetch: async () => new Response(pieces, init), maxErrorBody });
      const response = await fetch(chatUrl, post);
      expect(response.headers.get("content-length")).toBe(announced);
      expect((await response.text()).length).toBe(body ? maxErrorBody : 0);
    }
  });

  it.each([
    [200, '{"choices":[]}'],
    [400, "{}"],
    [200, '{"error":{"type":"overloaded_error"}}'],
  ])(
    "of %i has its body accessed, for a server whose own Response would otherwise add a length",
    async (status, body) => {
      const upstream = new Response(body, { status, headers: { "content-type": "application/json" } });
      class LazyResponse extends Response {
        asked = false;
        override get body() {
          this.asked = true;
          return super.body;
        }
      }
      vi.stubGlobal("Response", LazyResponse);
      const response = await wrapFetch(async () => upstream)(chatUrl, post);
      vi.unstubAllGlobals();
      expect(response).toMatchObject({ asked: true });
    },
  );

  it.each<Record<string, string>>([{}, { "x-stainless-retry-count": "0" }])(
    "of 429 keeps its body where responses have no `body`, as in React Native, asked with %j",
    async (headers) => {
      class ReadByMethods extends Response {
        override get body(): null {
          return undefined as unknown as null;
        }
      }
      vi.stubGlobal("Response", ReadByMethods);
      const said = '{"error":{"code":"insufficient_quota"}}';
      const emit = vi.fn<Emit>();
      const fetch: Fetch = async () => new Response(said, { status: 429 });
      const response = await resilientFetch({ fetch, emit, retry: atOnce() })(chatUrl, { ...post, headers });
      const empty = await resilientFetch({ fetch: async () => new Response(null, { status: 400 }) })(chatUrl, post);
      vi.unstubAllGlobals();
      expect([await response.text(), await empty.text()]).toEqual([said, ""]);
      expect(emit).toHaveBeenCalledWith(
        expect.objectContaining({ verdict: expect.objectContaining({ kind: "billing" }) as unknown }),
      );
    },
  );

  it("that is a redirect to be followed manually is handed on with its page", async () => {
    const headers = { location: "/login", "content-type": "text/html" };
    const fetch = vi.fn<Fetch>(async () => new Response("<html>", { status: 302, headers }));
    const response = await resilientFetch({ fetch, retry: atOnce() })(chatUrl, { ...post, redirect: "manual" });
    expect([response.status, await response.text(), fetch.mock.calls.length]).toEqual([302, "<html>", 1]);
  });

  it("with a page is a success for a form that accepts one", async () => {
    const fetch = vi.fn<Fetch>(async () => new Response("<html>", { headers: { "content-type": "text/html" } }));
    const form = { method: "POST", headers: { accept: "text/html,*/*" } };
    expect((await resilientFetch({ fetch, retry: atOnce() })("https://example.com", form)).status).toBe(200);
    expect(fetch).toHaveBeenCalledTimes(1);
  });

  it.each([
    ["HEAD", "application/json"],
    ["head", "text/event-stream"],
    ["DELETE", "application/json"],
  ])("to %s may be empty though %s was announced", async (method, announced) => {
    const fetch = vi.fn<Fetch>(async () => new Response("", { headers: { "content-type": announced } }));
    expect((await resilientFetch({ fetch, retry: atOnce() })(chatUrl, { method })).status).toBe(200);
    expect(fetch).toHaveBeenCalledTimes(1);
  });

  it.each([
    [201, "application/json"],
    [202, "application/json"],
    [307, "application/json"],
    [307, "text/event-stream"],
  ])("of %i may be empty though %s was announced, and a POST is not sent again", async (status, announced) => {
    const fetch = vi.fn<Fetch>(async () => new Response("", { status, headers: { "content-type": announced } }));
    const response = await resilientFetch({ fetch, retry: atOnce() })(chatUrl, { ...post, redirect: "manual" });
    expect([response.status, await response.text(), fetch.mock.calls.length]).toEqual([status, "", 1]);
  });

  it("to HEAD has no body, whatever was accepted", async () => {
    const fetch: Fetch = async () => new Response("", { headers: { "content-type": "application/json" } });
    const asked = resilientFetch({ fetch })(chatUrl, { method: "HEAD", headers: { accept: "application/json" } });
    expect((await asked).status).toBe(200);
  });

  it("with an error field that reports no failure is a success, and the request is not sent again", async () => {
    const job = {
      id: "ftjob-1",
      object: "fine_tuning.job",
      status: "queued",
      error: { code: null, message: null, param: null },
    };
    let sent = 0;
    const resilient = resilientFetch({ fetch: async () => (sent++, json(job)), retry: atOnce() });
    const response = await resilient("https://api.openai.com/v1/fine_tuning/jobs", post);
    expect({ status: response.status, sent, body: await response.json() }).toEqual({ status: 200, sent: 1, body: job });
  });

  it("with the record of a failed job is not a failure of the request", async () => {
    const failure = { code: "server_error", message: "It broke." };
    const records = [
      { id: "ftjob-1", object: "fine_tuning.job", status: "failed", error: failure },
      { id: "resp_1", object: "response", status: "failed", error: failure, output: [] },
    ];
    let sent = 0;
    const fetch = resilientFetch({ fetch: async () => json(records[sent++]), retry: atOnce() });
    const client = new OpenAI({ apiKey: "none", fetch, maxRetries: 0 });
    expect(await client.fineTuning.jobs.retrieve("ftjob-1")).toMatchObject({ status: "failed", error: failure });
    expect(await client.responses.retrieve("resp_1")).toMatchObject({ status: "failed", error: failure });
    expect(sent).toBe(2);
  });

  it.each([
    "https://api.openai.com/v1/responses/resp_1/cancel",
    "https://x.openai.azure.com/openai/responses/resp_1/cancel?api-version=v1",
    "https://us-central1-aiplatform.googleapis.com/v1/projects/p/models/veo:fetchPredictOperation",
    "https://api.openai.com/v1/agents/automations/auto_1/invocations",
    "https://api.anthropic.com/v1/deployments/depl_1/run?beta=true",
    "https://api.anthropic.com/v1/dreams/dream_1/archive?beta=true",
    "https://api.anthropic.com/v1/organizations/external_keys/key_1/validate",
  ])("to a POST that manages, polls or starts a job is the job's record, even of a failed one: %s", async (url) => {
    const record = { name: "1", done: true, error: { code: 13, message: "Internal error" } };
    const fetch = vi.fn<Fetch>(async () => json(record));
    const response = await resilientFetch({ fetch, retry: atOnce() })(url, post);
    expect([response.status, await response.json(), fetch.mock.calls.length]).toEqual([200, record, 1]);
  });

  it("to a POST to a deployment of Azure's is an answer, not a record", async () => {
    const answers = [{ error: { code: 500 } }, whole];
    const fetch: Fetch = async () => json(answers.shift());
    const url = "https://x.openai.azure.com/openai/deployments/run/chat/completions?api-version=v1";
    expect(await (await resilientFetch({ fetch, retry: atOnce() })(url, post)).json()).toEqual(whole);
  });

  describe.each<[method: string, status: number, headers: Record<string, string>]>([
    ["POST", 200, { "content-length": "0" }],
    ["DELETE", 200, { "content-length": "0" }],
    ["POST", 202, {}],
  ])("to %s of %i without a body", (method, status, headers) => {
    it.each(["text/html; charset=utf-8", "application/json", ...(status === 202 ? ["text/event-stream"] : [])])(
      "is empty, although labelled %s",
      async (type) => {
        const fetch: Fetch = async () => new Response("", { status, headers: { "content-type": type, ...headers } });
        const accept = { accept: "application/json" };
        const response = await resilientFetch({ fetch, retry: atOnce() })(chatUrl, { method, headers: accept });
        expect([response.status, response.statusText, await response.text()]).toEqual([status, "", ""]);
      },
    );
  });

  it("whose body breaks is not an empty one: the request is sent again", async () => {
    const answers = [
      new Response(new ReadableStream({ pull: (controller) => controller.error(new TypeError("terminated")) }), {
        status: 201,
        headers: { "content-type": "text/html" },
      }),
      json(whole, { status: 201 }),
    ];
    const fetch: Fetch = async () => answers.shift()!;
    const response = await resilientFetch({ fetch, retry: atOnce() })(chatUrl, post);
    expect(await response.json()).toEqual(whole);
  });

  it.each([
    ["application/json", (text: string) => text],
    ["text/event-stream", (text: string) => `event: message\ndata: ${text}\n\n`],
  ])(
    "of %s by a tool server that reports an error is its answer: the tool is not called again",
    async (type, write) => {
      const text = write('{"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"Internal error"}}');
      const fetch = vi.fn<Fetch>(async () => new Response(text, { headers: { "content-type": type } }));
      const response = await resilientFetch({ fetch, retry: atOnce() })("https://tools.example.com/mcp", post);
      expect([response.status, await response.text(), fetch.mock.calls.length]).toEqual([200, text, 1]);
    },
  );

  it("of a tool server that hands out an id, and closes until it is asked for the rest: the tool is not called again", async () => {
    const text = "id: 1\nretry: 1000\ndata: \n\n";
    const fetch = vi.fn<Fetch>(async () => new Response(text, { headers: { "content-type": "text/event-stream" } }));
    const response = await resilientFetch({ fetch, retry: atOnce() })("https://tools.example.com/mcp", post);
    expect([await response.text(), fetch.mock.calls.length]).toEqual([text, 1]);
  });

  it.each(["application/json", "text/event-stream", "text/html"])(
    "of %s to a notification to a tool server may be empty: nothing is asked",
    async (type) => {
      const fetch = vi.fn<Fetch>(async () => new Response("", { headers: { "content-type": type } }));
      const headers = { accept: "application/json, text/event-stream" };
      const body = '{"jsonrpc":"2.0","method":"notifications/initialized"}';
      const init = { method: "POST", headers, body };
      const response = await resilientFetch({ fetch, retry: atOnce() })("https://tools.example.com/mcp", init);
      expect([response.status, await response.text(), fetch.mock.calls.length]).toEqual([200, "", 1]);
    },
  );

  it("to a range request is a part of the JSON, not a truncated one", async () => {
    const part = { status: 206, headers: { "content-type": "application/json", "content-range": "bytes 0-3/9" } };
    const fetch = vi.fn<Fetch>(async () => new Response('{"a"', part));
    const response = await resilientFetch({ fetch, retry: atOnce() })(chatUrl, { headers: { range: "bytes=0-3" } });
    expect([response.status, await response.text(), fetch.mock.calls.length]).toEqual([206, '{"a"', 1]);
  });

  it("larger than the peek passes byte for byte", async () => {
    const large = { text: "x".repeat(600_000) };
    const fetch: Fetch = async () => json(large);
    expect(await (await resilientFetch({ fetch })(chatUrl, post)).json()).toEqual(large);
  });

  it("from a fetch with Node streams as bodies passes, too", async () => {
    const fetch = (async () => ({
      status: 200,
      statusText: "OK",
      headers: new Headers({ "content-type": "application/json" }),
      url: chatUrl,
      redirected: false,
      body: Readable.from([new TextEncoder().encode(JSON.stringify(whole))]),
    })) as unknown as Fetch;
    expect(await (await resilientFetch({ fetch })(chatUrl, post)).json()).toEqual(whole);
  });

  it.each([204, 205, 304])("of %i holds no permit, even if its fetch gives it a body", async (status) => {
    const limit = semaphore({ permits: 1 });
    const fetch = (async () => ({
      status,
      statusText: "",
      headers: new Headers(),
      url: chatUrl,
      redirected: false,
      body: Readable.from([]),
    })) as unknown as Fetch;
    const response = await wrapFetch({ fetch, key: () => "key" }, limit)(chatUrl, post);
    expect([response.status, response.body, limit.active("key")]).toEqual([status, null, 0]);
  });

  it("with a status that the constructor refuses is handed on untouched", async () => {
    const odd = Object.defineProperty(json({}), "status", { value: 999 });
    expect(await resilientFetch({ fetch: async () => odd })(chatUrl, post)).toBe(odd);
  });
});

it("headers in a Map are ignored, as by any fetch", async () => {
  const breaker = circuitBreaker();
  breaker.isolate(new URL(chatUrl).origin);
  const headers = new Map([["content-type", "application/json"]]) as unknown as HeadersInit;
  await expect(resilientFetch({ breaker })(chatUrl, { ...post, headers })).rejects.toBeInstanceOf(CircuitOpenError);
});

function inTwo(body: string): ReadableStream<Uint8Array> {
  const half = body.length / 2;
  return new ReadableStream({
    start(controller) {
      for (const part of [body.slice(0, half), body.slice(half)]) controller.enqueue(new TextEncoder().encode(part));
      controller.close();
    },
  });
}
