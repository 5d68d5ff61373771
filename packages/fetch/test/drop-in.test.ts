import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { circuitBreaker, consecutive } from "@evenkeel/circuit-breaker";
import { resilientFetch } from "@evenkeel/fetch";
import { retry } from "@evenkeel/retry";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Fetch } from "./answers.ts";

/** What fetch may be called with, also by those who have no types: made anew for each call. */
type Call = (at: string) => [input: unknown, init?: unknown];

const server = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on("data", (part: Buffer) => parts.push(part));
  request.on("end", () => {
    const { "content-length": _length, "transfer-encoding": _encoding, ...headers } = request.headers;
    const said = JSON.stringify([request.method, request.url, headers, Buffer.concat(parts).toString()]);
    requests.push(said.replaceAll(/formdata-\w+-\d+/g, "boundary"));
    const page = { location: "/ok", "content-type": "text/html" };
    if (request.url === "/moved") response.writeHead(307, page).end("<html>");
    else if (request.url === "/see") response.writeHead(303, page).end("<html>");
    else if (request.url === "/204") response.writeHead(204).end();
    else if (request.url === "/304") response.writeHead(304).end();
    else if (request.url === "/404") response.writeHead(404, "Nope", { "set-cookie": ["a=1", "b=2"] }).end("no such");
    else response.writeHead(200, { "content-type": "application/json", "set-cookie": ["a=1", "b=2"] }).end("{}");
  });
});
let requests: string[] = [];
let url: string;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

/** Calls fetch and tells all that the caller, and the server, saw of it. */
async function outcomeOf(fetch: Fetch, call: Call): Promise<unknown> {
  requests = [];
  try {
    const [input, init] = call(url);
    const response = await fetch(input as string, init as RequestInit);
    const { ok, redirected, status, statusText, type, url: at } = response;
    const headers = [...response.headers].filter(([name]) => name !== "date");
    const hasBody = response.body !== null;
    const text = await response.text();
    return { ok, redirected, status, statusText, type, at, headers, hasBody, text, requests };
  } catch (error) {
    return { error: (error as Error).name, requests };
  }
}

function form(): FormData {
  const made = new FormData();
  made.set("file", new Blob(["hello"]), "hello.txt");
  return made;
}

function used(at: string): Request {
  const request = post(at);
  void request.text();
  return request;
}

const post = (at: string, body: unknown = "hello", init: object = {}): Request =>
  new Request(`${at}/ok`, { method: "POST", body: body as string, headers: { a: "b" }, ...init });
const stream = (): ReadableStream => new Blob(["hello"]).stream();
const aborted = AbortSignal.abort(new RangeError("left"));

const inits: Record<string, () => unknown> = {
  "no init": () => undefined,
  "an init of null": () => null,
  "members of undefined": () => ({ method: undefined, headers: undefined, body: undefined, signal: undefined }),
  "a body and a signal of null": () => ({ method: "POST", body: null, signal: null }),
  "headers of null": () => ({ headers: null }),
  "a method in lower case": () => ({ method: "post", body: "hello" }),
  "a method that no one knows": () => ({ method: "purge" }),
  "a HEAD": () => ({ method: "HEAD" }),
  "headers in a list": () => ({
    headers: [
      ["X-A", "1"],
      ["x-a", "2"],
    ],
  }),
  "headers in odd case": () => ({ method: "POST", body: "hello", headers: { "CONTENT-type": "a/b" } }),
  "headers in a Map": () => ({ headers: new Map([["x-a", "1"]]) }),
  "a header that is none": () => ({ headers: { "a b": "c" } }),
  "a form": () => ({ method: "POST", body: form() }),
  "a Blob with a type": () => ({ method: "POST", body: new Blob(["hello"], { type: "a/b" }) }),
  "search parameters": () => ({ method: "POST", body: new URLSearchParams({ a: "b c" }) }),
  "a view of bytes": () => ({ method: "POST", body: new DataView(new ArrayBuffer(3)) }),
  "a stream": () => ({ method: "POST", body: stream(), duplex: "half" }),
  "a stream without duplex": () => ({ method: "POST", body: stream() }),
  "a stream of Node's": () => ({ method: "POST", body: Readable.from([Buffer.from("hello")]), duplex: "half" }),
  "a number for a body": () => ({ method: "POST", body: 5 }),
  "a body for GET": () => ({ body: "hello" }),
  "a signal that has aborted": () => ({ signal: aborted }),
  "a signal that is none": () => ({ signal: {} }),
  "no-cors": () => ({ mode: "no-cors" }),
  "a mode that is refused": () => ({ mode: "navigate" }),
  "many a word more": () => ({ credentials: "include", cache: "no-store", referrer: "about:client", keepalive: true }),
};

const calls: Record<string, Call> = {
  ...Object.fromEntries(
    Object.entries(inits).map(([name, init]): [string, Call] => [name, (at) => [`${at}/ok`, init()]]),
  ),
  "a URL object": (at) => [new URL(`${at}/ok?x=1#fragment`)],
  "nothing at all": () => [undefined],
  "no URL": () => ["http://["],
  "a relative URL": () => ["/ok"],
  "a URL of data": () => ["data:text/plain,hello"],
  "an answer of 204": (at) => [`${at}/204`],
  "an answer of 304": (at) => [`${at}/304`],
  "an answer of 404": (at) => [`${at}/404`],
  "a redirect": (at) => [`${at}/moved`, { method: "POST", body: "hello" }],
  "a redirect to GET": (at) => [`${at}/see`, { method: "POST", body: "hello" }],
  "a redirect to be followed by hand": (at) => [`${at}/see`, { method: "POST", body: "hello", redirect: "manual" }],
  "a redirect that is refused": (at) => [`${at}/moved`, { redirect: "error" }],
  "a Request": (at) => [post(at)],
  "a Request of GET": (at) => [new Request(`${at}/ok`)],
  "a Request of a form": (at) => [post(at, form())],
  "a Request of a stream": (at) => [post(at, stream(), { duplex: "half" })],
  "a Request without a body": (at) => [post(at, "")],
  "a Request and members of undefined": (at) => [post(at), { method: undefined, body: undefined, headers: undefined }],
  "a Request and another method": (at) => [post(at), { method: "PUT" }],
  "a Request and the method GET": (at) => [post(at), { method: "GET" }],
  "a Request and another body": (at) => [post(at), { body: new Blob(["other"], { type: "a/b" }) }],
  "a Request and a body of null": (at) => [post(at), { body: null }],
  "a Request and other headers": (at) => [post(at), { headers: { c: "d" } }],
  "a Request that was used": (at) => [used(at)],
  "a Request that was used, and another body": (at) => [used(at), { body: "other" }],
  "a Request that has aborted": (at) => [post(at, "hello", { signal: aborted })],
  "a Request that has aborted, and a signal of null": (at) => [
    post(at, "hello", { signal: aborted }),
    { signal: null },
  ],
  "a Request that says much": (at) => [post(at, "", { credentials: "omit", cache: "no-cache", mode: "same-origin" })],
};

describe("resilientFetch is to its caller, and to the server, what fetch is, called with", () => {
  const breaker = circuitBreaker({ trip: consecutive(1_000) });

  it.each(Object.entries(calls))("%s", async (_with, call) => {
    const resilient = resilientFetch({ breaker, retry: retry({ retries: 0 }) });
    expect(await outcomeOf(resilient, call)).toEqual(await outcomeOf(fetch, call));
  });
});

describe("resilientFetch rejects as fetch does, called with", () => {
  it.each([[undefined], [null]])("%s, such as an environment variable that is not set", async (input) => {
    const said = async (send: typeof fetch): Promise<unknown> => send(input as never).catch(String);
    expect(await said(resilientFetch())).toBe(await said(fetch));
  });
});
